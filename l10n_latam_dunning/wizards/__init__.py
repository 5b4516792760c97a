from . import dunning_adopt, dunning_send
