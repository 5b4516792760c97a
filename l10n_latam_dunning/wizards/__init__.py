from . import dunning_adopt, dunning_override, dunning_send, dunning_suppression_upload
