from . import (
    dunning_adopt,
    dunning_agreement_accept,
    dunning_agreement_propose,
    dunning_calamity,
    dunning_forecast,
    dunning_hold_end,
    dunning_override,
    dunning_replay,
    dunning_send,
    dunning_suppression_upload,
    dunning_whatsapp_check,
    dunning_whatsapp_stop,
)
