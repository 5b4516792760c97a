"""A stand-in for Meta's WhatsApp Cloud API over real HTTP on this machine, as strict as Meta is.

Standard library only. In a test::

    with Sandbox(phone_number_id="300", waba_id="200", token="t", app_secret="s") as sandbox:
        sandbox.add_template(definition)
        ...  # point the client at sandbox.base_url
        assert sandbox.duplicates == 0

As a process: ``python -m sandbox --config FILE.json``.
"""

from .accounts import Account
from .faults import FAULTS
from .sandbox import Sandbox
from .server import Request, Response, json_response
from .webhooks import Delivery

__all__ = ["FAULTS", "Account", "Delivery", "Request", "Response", "Sandbox", "json_response"]
