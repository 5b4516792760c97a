from . import (
    dunning_adopt,
    dunning_forecast,
    dunning_override,
    dunning_replay,
    dunning_send,
    dunning_suppression_upload,
    dunning_whatsapp_check,
    dunning_whatsapp_stop,
)
