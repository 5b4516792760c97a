from . import dunning_consent_ask
