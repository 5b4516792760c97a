from odoo import models


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def _handle_call_result_hook(self, results):
        """What the provider said in its own words is kept for the reminders among these."""
        kept = super()._handle_call_result_hook(results)
        mine = self.sms_tracker_id.filtered("dunning_message_id").grouped("sms_uuid")
        for result in results:
            tracker = mine.get(result["uuid"])
            if tracker:
                tracker._keep_result(result)
        return kept
