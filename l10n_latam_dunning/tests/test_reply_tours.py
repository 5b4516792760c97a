from datetime import timedelta

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import WEDNESDAY
from .event_common import EventCase

MODEL = "odoo.addons.l10n_latam_dunning.models.dunning_event"


@tagged("post_install", "-at_install")
class TestReplyTours(EventCase, HttpCase):
    """What comes back, as those who work with it see it in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "l10n_latam_dunning.group_dunning_user,account.group_account_invoice"
        cls.user = new_test_user(cls.env, "tour_replier", groups=groups)
        cls.manager = new_test_user(
            cls.env, "tour_manager", groups="l10n_latam_dunning.group_dunning_manager"
        )
        cls.invoice_path = f"/odoo/action-account.action_move_out_invoice_type/{cls.invoice.id}"
        cls.message_path = f"/odoo/dunning-outbox/{cls.message.id}"

    def test_a_reply_is_answered_from_the_invoice(self):
        self.write_in("¿Me envían otra vez la factura?")
        self.start_tour(self.invoice_path, "dunning_answer_from_invoice", login="tour_replier")
        answer = self.env["dunning.message"].search([("purpose", "=", "reply")])
        self.assertEqual((answer.body, answer.user_id), ("El viernes está bien.", self.user))
        self.deliver()
        self.assertEqual(answer.state, "sent")

    def test_after_twenty_four_hours_a_reminder_is_offered_in_place_of_an_answer(self):
        self.write_in("¿Me envían otra vez la factura?")
        identities = self.env["dunning.whatsapp.identity"].sudo().search([])
        identities.window_until = WEDNESDAY - timedelta(hours=1)
        self.start_tour(self.invoice_path, "dunning_answer_too_late", login="tour_replier")
        self.assertFalse(self.env["dunning.message"].search([("purpose", "=", "reply")]))

    @mute_logger(MODEL)
    def test_an_event_that_failed_is_tried_again_from_the_list(self):
        event = self.Event.create(
            {
                "account_id": self.account.id,
                "key": "bad",
                "kind": "status",
                "data": {"wamid": ["no", "id"], "status": "read"},
                "received_at": WEDNESDAY,
            }
        )
        self.process()
        self.assertEqual(event.state, "failed")
        self.start_tour(
            "/odoo/dunning-events", "dunning_event_is_tried_again", login="tour_manager"
        )
        self.assertEqual(event.state, "new")

    def test_a_person_who_knows_says_that_an_uncertain_message_arrived(self):
        self.message.state = "uncertain"
        self.start_tour(self.message_path, "dunning_uncertain_arrived", login="tour_replier")
        self.assertEqual(self.message.state, "sent")

    def test_a_person_who_knows_has_an_uncertain_message_sent_again(self):
        self.message.state = "uncertain"
        self.start_tour(self.message_path, "dunning_uncertain_again", login="tour_replier")
        self.assertEqual(self.message.state, "queued")
