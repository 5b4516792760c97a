from odoo import fields, models

# What a state of Odoo's SMS says of a reminder; the others say nothing yet.
RECEIPTS = {"pending": "sent", "sent": "delivered", "error": "failed", "canceled": "failed"}
# Reports that speak of the number itself.
OF_NUMBER = frozenset({"sms_invalid_destination", "sms_number_format", "sms_number_missing"})


class SmsTracker(models.Model):
    """Odoo's tracker outlives the SMS; here it leads the provider's reports to the reminder."""

    _inherit = "sms.tracker"

    dunning_message_id = fields.Many2one(
        "dunning.message", ondelete="cascade", index="btree_not_null"
    )
    dunning_answer = fields.Char(help="What the provider answered when the SMS was handed over.")
    dunning_words = fields.Char(help="The provider's own words to that.")

    def _keep_result(self, result):
        """Keep what the provider answered when this SMS was handed over."""
        self.ensure_one()
        self.write(
            {
                "dunning_answer": result.get("state"),
                "dunning_words": result.get("failure_reason") or False,
            }
        )
        if result.get("credit"):
            self.dunning_message_id.sms_credits = result["credit"]

    def _action_update_from_sms_state(self, sms_state, failure_type=False, failure_reason=False):
        result = super()._action_update_from_sms_state(sms_state, failure_type, failure_reason)
        if RECEIPTS.get(sms_state):
            self._report(RECEIPTS[sms_state], failure_type, failure_reason)
        return result

    def _action_update_from_provider_error(self, provider_error):
        result = super()._action_update_from_provider_error(provider_error)
        _status, failure_type, failure_reason = result
        self._report("failed", failure_type, failure_reason)
        return result

    def _report(self, status, failure_type, failure_reason):
        """Move the reminders of these trackers by a report of delivery."""
        # while Odoo hands an SMS over it marks it so; the outbox records what came of that
        if self.env.context.get("sms_skip_msg_notification"):
            return
        labels = dict(
            self.env["mail.notification"]._fields["failure_type"]._description_selection(self.env)
        )
        for tracker in self.filtered("dunning_message_id"):
            message = tracker.dunning_message_id
            words = [labels.get(failure_type), failure_reason]
            moved = message._apply_receipt(
                status, fields.Datetime.now(), error_details=": ".join(filter(None, words))
            )
            if moved and failure_type in OF_NUMBER:
                moved.contact_point_id._came_back()
            moved._log_state()
