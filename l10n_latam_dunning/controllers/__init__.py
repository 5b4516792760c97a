from . import stop, webhook
