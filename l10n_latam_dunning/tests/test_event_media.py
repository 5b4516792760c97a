from datetime import timedelta

from odoo.tools import mute_logger

from .common import WEDNESDAY
from .event_common import PDF, PNG, EventCase


class TestMedia(EventCase):
    """Files of replies are fetched by the scheduled action, and said to be missing where not."""

    def fetch(self):
        with self.enter_registry_test_mode():
            self.env.ref("l10n_latam_dunning.ir_cron_media").method_direct_trigger()
        self.env.invalidate_all()

    def send(self, content=PNG, mime="image/png", text=None, **kw):
        return self.write_in(text, file=(content, mime), **kw)

    def contents_asked(self):
        return [path for _method, path, _status in self.sandbox.log if "_content" in path]

    def test_a_picture_comes_to_the_note_of_its_reply(self):
        event = self.send(text="Mi comprobante")
        self.assertEqual((event.state, event.media_state), ("done", "waiting"))
        self.assertFalse(event.attachment_id)
        note = self.invoice.message_ids[:1]
        self.assertIn("Picture: Mi comprobante", note.body)
        self.fetch()
        self.assertEqual(event.media_state, "done")
        self.assertEqual(event.attachment_id.raw, PNG)
        self.assertEqual(event.attachment_id.mimetype, "image/png")
        self.assertEqual(note.attachment_ids, event.attachment_id)
        self.assertEqual(event.attachment_id.res_id, self.invoice.id)

    def test_a_reply_without_a_file_waits_for_none(self):
        words = self.sandbox.push_inbound("+51 987 654 321", "Pago mañana")
        picture = self.sandbox.push_inbound("+51 987 654 321", file=(PNG, "image/png"))
        self.pull()
        self.assertEqual(self.event(picture).media_state, "waiting")
        self.assertFalse(self.event(words).media_state)
        self.assertFalse(self.write_in("Y otra cosa").media_state)

    def test_nothing_is_asked_of_whatsapp_before_the_scheduled_action(self):
        before = len(self.sandbox.log)
        self.send()
        self.assertEqual(len(self.sandbox.log), before)

    def test_a_document_keeps_its_name_and_a_voice_message_has_one(self):
        document = self.send(PDF, "application/pdf", filename="../pago.pdf")
        voice = self.send(b"OggS" + b"0" * 60, "audio/ogg; codecs=opus")
        self.fetch()
        self.assertEqual(document.attachment_id.name, "_pago.pdf")
        self.assertEqual(voice.attachment_id.name, "Audio.ogg")

    def test_what_cannot_be_had_is_said_with_its_reason(self):
        cases = {
            "not at an address of Meta": {"url": "https://evil.example/x"},
            "text/html are not taken over": {"mime_type": "text/html"},
            "larger than": {"file_size": 10**9},
            "not of the type": {"mime_type": "application/pdf"},
        }
        for why, change in cases.items():
            with self.subTest(why):
                event = self.send()
                self.sandbox.media_info[event.data["media"]["media_id"]] = change
                self.fetch()
                self.assertEqual(event.media_state, "failed")
                self.assertIn(why, event.media_error)
                self.assertIn(why, self.invoice.message_ids[:1].body)

    def test_a_file_that_could_not_be_had_can_be_asked_for_again(self):
        event = self.send()
        media_id = event.data["media"]["media_id"]
        self.sandbox.media_info[media_id] = {"mime_type": "text/html"}
        self.fetch()
        del self.sandbox.media_info[media_id]
        event.action_fetch()
        self.assertEqual((event.media_state, event.media_error), ("waiting", False))
        self.fetch()
        self.assertEqual(event.media_state, "done")

    def test_trouble_on_the_way_is_tried_again_later_and_not_for_ever(self):
        event = self.send()
        self.sandbox.media_info[event.data["media"]["media_id"]] = {"sha256": "0" * 64}
        for turn in range(1, 7):
            self.assertEqual(event.media_state, "waiting")
            self.fetch()
            self.assertEqual(event.media_tries, turn)
            self.clock.move_to(event.media_at)
        self.assertEqual(event.media_state, "failed")
        self.assertIn("damaged", event.media_error)

    def test_the_size_that_is_taken_can_be_set(self):
        self.env["ir.config_parameter"].sudo().set_param("l10n_latam_dunning.media_limit_mb", "1")
        event = self.send(PNG + b"x" * 1100000)
        self.fetch()
        self.assertIn("larger than 1024 KB", event.media_error)

    def test_an_expired_file_says_so_and_is_not_asked_for(self):
        event = self.send()
        self.sandbox.forget_media(event.data["media"]["media_id"])
        self.fetch()
        self.assertIn("no longer has this file", event.media_error)
        event = self.send()
        asked = len(self.sandbox.log)
        self.clock.move_to(WEDNESDAY + timedelta(days=8))
        self.fetch()
        self.assertIn("seven days", event.media_error)
        self.assertEqual(len(self.sandbox.log), asked)

    def test_one_file_that_fails_keeps_no_other_back(self):
        first, second = self.send(), self.send()
        self.sandbox.media_info[first.data["media"]["media_id"]] = {"mime_type": "x/y"}
        self.fetch()
        self.assertEqual((first.media_state, second.media_state), ("failed", "done"))

    @mute_logger("odoo.addons.l10n_latam_dunning.models.dunning_event_media")
    def test_an_account_without_a_token_says_so(self):
        event = self.send()
        self.account.token = False
        self.fetch()
        self.assertEqual(event.media_state, "failed")
        self.assertIn("token", event.media_error)

    def test_a_file_of_nobody_we_know_stays_with_its_event(self):
        event = self.send(sender="+51999888777")
        self.fetch()
        self.assertEqual(event.attachment_id.res_model, "dunning.event")
