from . import portal, preferences, stop, webhook
