from . import test_segments, test_sms, test_sms_asking, test_sms_texts, test_twilio
