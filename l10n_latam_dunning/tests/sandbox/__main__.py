"""Run the sandbox as a process: ``python -m sandbox --config FILE.json``.

The file holds the arguments of Sandbox, ``accounts`` (a list of arguments of add_account),
``templates`` (a list of {"waba_id", "definition"}), ``faults`` (arguments of fault) and
``plugins`` ("module:function", called with the sandbox). One line of JSON says when it is ready.
"""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from .sandbox import Sandbox
from .server import Request, Response, json_response


class Control:
    """What another process may ask the sandbox, under /_sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def handle(self, request: Request) -> Response:
        """Answer state, webhooks, fault, clear_faults, inbound and flush."""
        action = request.path.rpartition("/")[2]
        if request.method == "GET" and action == "state":
            return json_response(self._state())
        if request.method == "GET" and action == "webhooks":
            return json_response(self._webhooks())
        if request.method != "POST":
            return json_response({"error": "not found"}, 404)
        try:
            return json_response(self._act(action, request.json() if request.body else {}))
        except LookupError:
            return json_response({"error": "not found"}, 404)
        except (TypeError, ValueError) as error:
            return json_response({"error": str(error)}, 400)

    def _act(self, action: str, values: dict[str, Any]) -> dict[str, Any]:
        if action == "fault":
            self.sandbox.fault(**values)
        elif action == "clear_faults":
            self.sandbox.clear_faults()
        elif action == "inbound":
            for name in ("button", "interactive"):
                if values.get(name):
                    values[name] = tuple(values[name])
            return {"wamid": self.sandbox.push_inbound(**values)}
        elif action == "flush":
            return {"done": self.sandbox.flush_webhooks(float(values.get("timeout", 10)))}
        else:
            raise LookupError(action)
        return {"done": True}

    def _webhooks(self) -> list[dict[str, str]]:
        """Hand over what accounts without a webhook address would have got."""
        return [
            {"raw": row.raw.decode("ascii"), "signature": row.headers["X-Hub-Signature-256"]}
            for row in self.sandbox.take_webhooks()
        ]

    def _state(self) -> dict[str, Any]:
        sandbox = self.sandbox
        return {
            "accepted": len(sandbox.accepted),
            "duplicates": sandbox.duplicates,
            "requests": sandbox.requests,
            "pending_webhooks": sandbox.courier.pending,
            "given_up_webhooks": len(sandbox.courier.given_up),
            "internal_errors": sandbox.internal_errors,
        }


def build(config: dict[str, Any]) -> Sandbox:
    """Return a sandbox, not started, as a configuration describes it."""
    settings = dict(config)
    parts = {
        name: settings.pop(name, []) for name in ("accounts", "templates", "faults", "plugins")
    }
    sandbox = Sandbox(**settings)
    for account in parts["accounts"]:
        sandbox.add_account(**account)
    for template in parts["templates"]:
        sandbox.add_template(template["definition"], waba_id=template.get("waba_id", ""))
    for fault in parts["faults"]:
        sandbox.fault(**fault)
    sandbox.extra_routes["/_sandbox"] = Control(sandbox).handle
    for plugin in parts["plugins"]:
        module, _colon, function = plugin.partition(":")
        getattr(importlib.import_module(module), function)(sandbox)
    return sandbox


def main() -> int:
    """Serve until a signal comes."""
    parser = argparse.ArgumentParser(prog="sandbox", description="WhatsApp Cloud API stand-in")
    parser.add_argument("--config", type=Path, required=True)
    config = json.loads(parser.parse_args().config.read_text(encoding="utf-8"))
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_args: ended.set())
    with build(config) as sandbox:
        sys.stdout.write(json.dumps({"base_url": sandbox.base_url}) + "\n")
        sys.stdout.flush()
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
