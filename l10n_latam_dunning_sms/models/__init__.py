from . import (
    dunning_channel_sms,
    dunning_consent,
    dunning_level_channel,
    dunning_message,
    sms_sms,
    sms_tracker,
)
