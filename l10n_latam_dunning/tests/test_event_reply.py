from datetime import timedelta
from unittest.mock import patch

from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .common import WEDNESDAY
from .event_common import EventCase
from .webhooks import inbound

MODELS = "odoo.addons.l10n_latam_dunning.models"
LOGGERS = (f"{MODELS}.dunning_event", f"{MODELS}.dunning_event_action")


class TestReply(EventCase):
    """Whose a reply is, where it stands, and who is told."""

    def test_a_reply_stands_on_the_invoice_in_the_debtor_s_name_and_raises_an_activity(self):
        self.receive(inbound("51987654321", "¿Puedo pagar con tarjeta? <b>x</b>"))
        note = self.invoice.message_ids[:1]
        self.assertIn("¿Puedo pagar con tarjeta? &lt;b&gt;x&lt;/b&gt;", note.body)
        self.assertNotIn("987654321", note.body)
        self.assertEqual(note.author_id, self.debtor)
        self.assertEqual(self.activities(self.invoice).user_id, self.env.user)

    def test_several_replies_are_gathered_in_one_activity(self):
        for text in ("Hola", "¿Está ahí?", "Quiero pagar"):
            self.write_in(text)
        activity = self.activities(self.invoice)
        self.assertEqual(len(activity), 1)
        self.assertIn("Hola", activity.note)
        self.assertIn("Quiero pagar", activity.note)

    def test_the_message_that_was_answered_decides_on_the_invoice(self):
        second = self.create_invoice(self.debtor, days=-1)
        self.clock.move_to(WEDNESDAY + timedelta(days=7))
        later = self.propose()
        self.deliver()
        self.assertEqual(later.state, "sent")
        event = self.write_in("Sobre la primera", context=self.message.provider_ref)
        self.assertEqual(event.message_id, self.message)
        event = self.write_in("Y la otra")
        self.assertEqual(event.message_id, later)
        self.assertIn(second, later.move_ids)

    def test_a_reply_long_after_the_last_message_is_the_debtor_s(self):
        self.clock.move_to(WEDNESDAY + timedelta(days=45))
        event = self.write_in("Buenos días")
        self.assertFalse(event.message_id)
        self.assertEqual((event.state, event.partner_id), ("done", self.debtor))
        self.assertIn("Buenos días", self.notes_on(self.debtor))
        self.assertEqual(len(self.activities(self.debtor)), 1)

    def test_a_debtor_never_written_to_is_found_by_his_number(self):
        stranger = self.create_debtor(name="Luis", phone="+51 987 654 000")
        event = self.write_in("Hola", "+51987654000")
        self.assertEqual(event.partner_id, stranger)
        self.assertIn("Hola", self.notes_on(stranger))

    def test_nobody_we_know_waits_for_a_person(self):
        event = self.write_in("Hola", "+51999888777")
        self.assertEqual((event.state, event.partner_id.id), ("unmatched", False))

    def test_several_debtors_of_one_number_are_never_guessed(self):
        first = self.create_debtor(name="Ana", phone="+51 987 000 111")
        second = self.create_debtor(name="Eva", phone="+51 987 000 111")
        event = self.write_in("Hola", "+51987000111")
        self.assertEqual((event.state, event.error), (
            "unmatched", "Several debtors have this number."
        ))  # fmt: skip
        self.assertNotIn("Hola", self.notes_on(first) + self.notes_on(second))

    def test_a_mexican_reply_with_the_old_one_is_the_same_person(self):
        debtor = self.create_debtor(
            name="Lupita", country=self.env.ref("base.mx"), phone="+52 55 1234 5678"
        )
        self.create_invoice(debtor, days=-8)
        self.propose()
        self.deliver()
        self.receive(inbound("5215512345678", "BAJA"))
        self.assertEqual(debtor.dunning_consent_state, "withdrawn")

    def test_a_reply_without_a_number_is_known_by_the_user_id(self):
        self.sandbox.push_status(self.message.provider_ref, "delivered")
        self.pull()
        identity = self.env["dunning.whatsapp.identity"].search(
            [("contact_point_id", "=", self.point.id)]
        )
        self.assertTrue(identity.bsuid.startswith("PE."))
        event = self.write_in("Soy yo", bsuid_only=True)
        self.assertEqual((event.partner_id, event.message_id), (self.debtor, self.message))

    def test_the_answer_of_the_api_is_enough_to_know_the_user_id(self):
        event = self.write_in("Soy yo", bsuid_only=True)
        self.assertEqual(event.partner_id, self.debtor)

    def test_a_user_id_without_a_number_nor_a_history_is_found_by_what_it_answers(self):
        self.env["dunning.whatsapp.identity"].sudo().search([]).unlink()
        event = self.write_in("Ya pagué", bsuid_only=True, context=self.message.provider_ref)
        self.assertEqual(event.partner_id, self.debtor)
        self.assertEqual(self.write_in("Otra vez", bsuid_only=True).partner_id, self.debtor)

    def test_each_kind_of_message_is_shown_as_what_it_is(self):
        cases = {
            "Reacted with 👍": {"type": "reaction", "reaction": {"emoji": "👍"}},
            "Took a reaction back": {"type": "reaction", "reaction": {"message_id": "x"}},
            "Location: Lima": {"type": "location", "location": {"name": "Lima"}},
            "Contact: Ana": {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ana"}}]},
            "Order from the catalogue": {"type": "order", "order": {"catalog_id": "1"}},
            "Changed a message": {"type": "edit", "edit": {}},
            "Deleted a message": {"type": "revoke", "revoke": {}},
            "does not pass on (unsupported)": {"type": "unsupported"},
            "does not pass on (hologram)": {"type": "hologram"},
            "En 3 días": {
                "type": "interactive",
                "interactive": {"type": "list_reply", "list_reply": {"title": "En 3 días"}},
            },
        }
        for words, message in cases.items():
            with self.subTest(words):
                event = self.write_in(message=message)
                self.assertEqual(event.state, "done")
                self.assertIn(words, self.invoice.message_ids[:1].body)

    def test_a_reaction_calls_nobody(self):
        self.write_in(message={"type": "reaction", "reaction": {"emoji": "👍"}})
        self.assertFalse(self.activities(self.invoice))

    def test_what_is_written_in_a_group_is_left(self):
        event = self.write_in(message={"type": "text", "text": {"body": "BAJA"}, "group_id": "G"})
        self.assertEqual(event.state, "ignored")
        self.assertEqual(self.debtor.dunning_consent_state, "granted")
        self.assertFalse(self.activities(self.invoice))

    def test_echoes_of_our_own_telephone_are_noise(self):
        self.receive({"message_echoes": [{"id": "wamid.E", "to": "51987654321"}]})
        self.assertEqual(self.event("messages:").state, "ignored")

    def test_whoever_answered_by_hand_is_told_of_the_next_reply(self):
        clerk = new_test_user(
            self.env, "clerk_who_answers", groups="l10n_latam_dunning.group_dunning_user"
        )
        self.write_in("Hola")
        self.message.copy(
            {
                "purpose": "reply", "state": "sent", "user_id": clerk.id,
                "provider_ref": "wamid.ANSWER", "about_move_id": self.invoice.id,
                "line_ids": [], "attempted_at": WEDNESDAY + timedelta(minutes=1),
            }
        )  # fmt: skip
        self.write_in("Gracias")
        self.assertIn(clerk, self.activities(self.invoice).user_id)

    def test_a_reply_that_waits_for_a_person_can_be_given_to_a_debtor(self):
        event = self.write_in("Soy la esposa de Luis", "+51999888777")
        luis = self.create_debtor(name="Luis", phone="+51 987 654 000")
        self.env["dunning.assign"].create(
            {"event_id": event.id, "partner_id": luis.id}
        ).action_assign()
        self.assertEqual((event.state, event.partner_id), ("done", luis))
        self.assertIn("Soy la esposa de Luis", self.notes_on(luis))


class TestStop(EventCase):
    """A stop is heard from whoever says it, in whatever way."""

    def test_words_that_mean_stop_withdraw_consent_at_once(self):
        for number, word in enumerate(["BAJA", "stop", "Sair.", "pare", "por favor baja"]):
            with self.subTest(word):
                debtor = self.create_debtor(name=word, phone=f"+51 987 654 80{number}")
                invoice = self.create_invoice(debtor, days=-8)
                self.propose()
                message = self.message_of(debtor)
                self.receive(inbound(f"5198765480{number}", word))
                self.assertEqual(debtor.dunning_consent_state, "withdrawn")
                self.assertEqual(message.state, "cancelled")
                self.assertIn("withdrawn", self.notes_on(invoice).lower())

    def test_asking_to_go_on_is_no_stop(self):
        self.write_in("No pares de enviarme los avisos")
        self.assertEqual(self.debtor.dunning_consent_state, "granted")

    def test_a_stop_by_any_means_ends_every_channel_and_a_plain_one_only_this(self):
        names = ("dunning_consent_state", "dunning_consent_sms", "dunning_consent_email")
        self.write_in("BAJA")
        self.assertEqual([self.debtor[n] for n in names], ["withdrawn", "never", "never"])
        self.write_in("No me contacten más por ningún medio")
        self.assertEqual([self.debtor[n] for n in names], ["withdrawn"] * 3)
        self.assertEqual(self.debtor.dunning_consent_call, "withdrawn")
        self.assertIn("for every channel", self.notes_on(self.debtor))
        count = len(self.debtor.dunning_consent_ids)
        self.write_in("No me contacten más por ningún medio")
        self.assertEqual(len(self.debtor.dunning_consent_ids), count)

    def test_a_stop_withdraws_for_everyone_behind_the_number(self):
        twin = self.create_debtor(name="Rosa Q.")
        self.create_invoice(twin, days=-8)
        self.propose()
        self.receive(inbound("51987654321", "BAJA"))
        self.assertEqual((self.debtor + twin).mapped("dunning_consent_state"), ["withdrawn"] * 2)

    def test_a_tap_on_stop_withdraws(self):
        self.write_in(button=("DUN:stop", "No recibir avisos"), context=self.message.provider_ref)
        self.assertEqual(self.debtor.dunning_consent_state, "withdrawn")

    def test_a_stop_beside_a_picture_counts(self):
        message = {"type": "image", "image": {"id": "7", "caption": "BAJA por favor"}}
        self.write_in(message=message)
        self.assertEqual(self.debtor.dunning_consent_state, "withdrawn")

    def test_a_stop_of_a_user_without_a_number_revokes(self):
        self.write_in("BAJA", bsuid_only=True)
        self.assertEqual(self.debtor.dunning_consent_state, "withdrawn")

    def test_a_stop_is_confirmed_once_and_then_there_is_silence(self):
        self.write_in("BAJA")
        self.write_in("¡BAJA!")
        self.deliver()
        self.deliver()
        told = [sent["payload"] for sent in self.sandbox.accepted if sent["payload"].get("text")]
        self.assertEqual(len(told), 1)
        self.assertIn("ya no le escribiremos", told[0]["text"]["body"])
        self.assertTrue(told[0]["context"]["message_id"])
        self.clock.move_to(WEDNESDAY + timedelta(hours=1))
        self.write_in("BAJA de una vez")
        self.deliver()
        self.assertEqual(len(self.sandbox.accepted), 2)

    @mute_logger(*LOGGERS)
    def test_a_stop_holds_whatever_becomes_of_its_confirmation(self):
        Message = self.registry["dunning.message"]
        with patch.object(Message, "_answer", side_effect=ValueError("broken")):
            event = self.write_in("BAJA")
        self.assertEqual(event.state, "done")
        self.assertEqual(self.debtor.dunning_consent_state, "withdrawn")

    @mute_logger(*LOGGERS)
    def test_a_stop_counts_though_its_reply_could_not_be_shown(self):
        Event = self.registry["dunning.event"]
        with patch.object(Event, "_show", side_effect=ValueError("broken")):
            event = self.write_in("BAJA")
        self.assertEqual(event.state, "failed")
        self.assertEqual(self.debtor.dunning_consent_state, "withdrawn")

    def test_a_second_stop_after_a_new_consent_is_confirmed_again(self):
        self.write_in("BAJA")
        self.deliver()
        self.clock.move_to(WEDNESDAY + timedelta(hours=2))
        self.grant(self.debtor, effective_at=WEDNESDAY + timedelta(hours=1))
        self.write_in("BAJA")
        self.deliver()
        self.assertEqual(self.debtor.dunning_consent_state, "withdrawn")
        self.assertEqual(len(self.sandbox.accepted), 3)

    def withdraw_by_hand(self, **vals):
        return (
            self.env["dunning.consent.record"]
            .create(
                {
                    "partner_ids": self.debtor.ids,
                    "event": "withdrawn",
                    "whatsapp": True,
                    "proof": "Call of Wednesday",
                    **vals,
                }
            )
            .action_record()
        )

    def told(self):
        return [
            sent["payload"]["text"]["body"]
            for sent in self.sandbox.accepted
            if sent["payload"].get("text")
        ]

    def test_a_withdrawal_that_a_person_records_is_confirmed_to_whoever_wrote_just_before(self):
        self.create_debtor("Twin", "+51 987 654 321")
        self.write_in("¿Me puede llamar?")
        self.withdraw_by_hand()
        self.deliver()
        self.assertEqual(len(self.told()), 1)
        self.assertIn("ya no le escribiremos", self.told()[0])
        self.assertEqual(self.debtor.dunning_consent_state, "withdrawn")

    def test_outside_the_window_a_withdrawal_by_hand_is_kept_in_silence(self):
        self.write_in("¿Me puede llamar?")
        self.clock.move_to(WEDNESDAY + timedelta(hours=25))
        self.withdraw_by_hand()
        self.deliver()
        self.assertFalse(self.told())

    def test_who_wants_nothing_at_all_is_not_even_told_so(self):
        self.write_in("¿Me puede llamar?")
        self.withdraw_by_hand(everything=True)
        self.deliver()
        self.assertFalse(self.told())

    def test_an_earlier_withdrawal_stands_against_confirming_a_later_one(self):
        self.grant(self.debtor, event="withdrawn", effective_at=WEDNESDAY - timedelta(days=9))
        self.write_in("¿Me puede llamar?")
        self.withdraw_by_hand(sms=True)
        self.deliver()
        self.assertFalse(self.told())

    def test_a_stop_of_nobody_we_know_closes_the_number_and_calls_the_officers(self):
        officer = new_test_user(
            self.env, "officer_stop", groups="l10n_latam_dunning.group_dunning_privacy"
        )
        event = self.write_in("BAJA", "+525512345678")
        self.assertEqual(event.state, "unmatched")
        self.assertTrue(
            self.env["phone.blacklist"].sudo().search([("number", "=", "+525512345678")])
        )
        self.assertIn(officer, self.activities(event).user_id)

    def test_a_stop_without_any_known_id_is_kept_for_a_person(self):
        event = self.write_in("BAJA", "+51999888777", bsuid_only=True)
        self.assertEqual(event.state, "unmatched")
        self.assertTrue(self.activities(event))

    def test_a_stop_that_is_given_to_a_debtor_withdraws_his_consent(self):
        event = self.write_in("BAJA", "+51999888777", bsuid_only=True)
        self.env["dunning.assign"].create(
            {"event_id": event.id, "partner_id": self.debtor.id}
        ).action_assign()
        self.assertEqual(self.debtor.dunning_consent_state, "withdrawn")
        self.assertFalse(self.activities(event))


class TestQuickReplies(EventCase):
    def tap(self, name, **kw):
        return self.write_in(button=(f"DUN:{name}", name), context=self.message.provider_ref, **kw)

    def holds(self):
        return self.env["dunning.hold"].search([("partner_id", "=", self.debtor.id)])

    def test_paid_is_no_payment_but_a_hold_of_three_days(self):
        self.tap("paid")
        hold = self.holds()
        self.assertEqual(hold.reason, "payment_reported")
        self.assertEqual(hold.date_to, WEDNESDAY + timedelta(days=3))
        self.assertEqual(self.invoice.payment_state, "not_paid")

    def test_a_second_tap_makes_no_second_hold(self):
        self.tap("paid")
        self.clock.move_to(WEDNESDAY + timedelta(days=1))
        self.tap("paid")
        self.assertEqual(len(self.holds()), 1)

    def test_agree_without_offers_rests_two_days_and_calls_a_person(self):
        self.policy.offer_ids.unlink()
        self.tap("agree")
        hold = self.holds()
        self.assertEqual(hold.date_to, WEDNESDAY + timedelta(days=2))
        self.assertTrue(self.activities(self.invoice))

    def test_a_dispute_holds_until_a_person_ends_it(self):
        self.tap("dispute")
        self.assertEqual((self.holds().reason, self.holds().date_to), ("dispute", False))

    def test_a_number_that_is_not_theirs_is_closed_for_all_and_asked_no_more(self):
        twin = self.create_debtor(name="Rosa Q.")
        self.create_invoice(twin, days=-8)
        self.propose()
        waiting = self.message_of(twin)
        self.tap("not_me")
        self.assertEqual(self.point.state, "not_theirs")
        self.assertEqual((waiting.state, waiting.reason), ("cancelled", "contact_quarantined"))
        self.assertIn("is not theirs", self.notes_on(twin))
        self.assertEqual(len(self.activities(self.debtor)), 1)
        sent = len(self.sandbox.accepted)
        self.tap("not_me")
        self.deliver()
        self.assertEqual(len(self.sandbox.accepted), sent)
        self.assertEqual(len(self.activities(self.debtor)), 1)
        self.create_invoice(twin, days=-1)
        self.propose()
        self.assertEqual(self.message_of(twin).state, "refused")

    def test_an_interactive_button_of_ours_acts_as_well(self):
        self.write_in(interactive=("DUN:dispute", "No estoy de acuerdo"))
        self.assertEqual(self.holds().reason, "dispute")

    def test_an_unknown_or_hostile_button_only_shows_what_was_tapped(self):
        for payload in ("DUN:", "DUN:unknown", "DUN:__class__", "DUN:paid.x", "OTHER:paid"):
            with self.subTest(payload):
                event = self.write_in(button=(payload, "x"))
                self.assertEqual(event.state, "done")
        self.assertFalse(self.holds())


class TestPeople(EventCase):
    """Changes of number, person and taste."""

    def system(self, **content):
        return self.write_in(message={"type": "system", "system": content})

    def test_a_new_number_is_learned_but_not_trusted(self):
        event = self.system(type="user_changed_number", wa_id="51987654322", body="changed")
        self.assertEqual((event.state, event.kind), ("done", "identity"))
        self.assertEqual(self.point.state, "unsure")
        fresh = self.env["dunning.contact.point"].search([("value", "=", "+51987654322")])
        self.assertEqual((fresh.state, fresh.partner_ids), ("unsure", self.debtor))
        self.assertEqual(self.debtor.phone, "+51 987 654 321")
        self.assertIn("•••", self.notes_on(self.debtor))
        self.assertNotIn("987654322", self.notes_on(self.debtor))
        self.assertEqual(len(self.activities(self.debtor)), 1)

    def test_nothing_is_sent_to_a_doubted_number_until_a_person_confirms_it(self):
        self.system(type="customer_identity_changed")
        self.create_invoice(self.debtor, days=-31)
        self.clock.move_to(WEDNESDAY + timedelta(days=8))
        message = self.propose()
        self.assertEqual((message.state, message.reason), ("refused", "contact_unverified"))
        self.point.action_confirm()
        self.assertEqual((self.point.state, self.point.doubt), ("verified", False))
        self.assertEqual(self.propose().state, "approval")

    def test_another_user_id_on_the_same_number_is_another_person_perhaps(self):
        self.write_in("Hola")
        identity = (
            self.env["dunning.whatsapp.identity"]
            .sudo()
            .search([("contact_point_id", "=", self.point.id)])
        )
        identity.bsuid = "PE.99999999999999999999"
        self.write_in("Soy otro")
        self.assertEqual(self.point.state, "unsure")
        self.assertFalse(identity.active)

    def test_a_person_known_by_two_ids_apart_is_one_when_they_meet(self):
        Identity = self.env["dunning.whatsapp.identity"].sudo()
        Identity.search([]).unlink()
        base = {"account": self.account, "point": self.point, "at": WEDNESDAY, "wrote": True}
        Identity._learn([{**base, "wa_id": "51987654321", "bsuid": ""}])
        Identity._learn([{**base, "wa_id": "", "bsuid": "PE.7"}])
        both = Identity._learn([{**base, "wa_id": "51987654321", "bsuid": "PE.7"}])
        (identity,) = set(both.values())
        self.assertEqual((identity.wa_id, identity.bsuid), ("51987654321", "PE.7"))
        self.assertEqual(Identity.search([]), identity)
        self.assertEqual(self.point.state, "new")

    def test_a_marketing_stop_is_recorded_and_stops_no_reminder(self):
        def prefer(value, seconds):
            row = {"wa_id": "51987654321", "value": value, "timestamp": 1795619100 + seconds}
            self.receive({"user_preferences": [{**row, "category": "marketing_messages"}]})

        prefer("stop", 60)
        prefer("resume", 0)
        identity = self.env["dunning.whatsapp.identity"].search(
            [("contact_point_id", "=", self.point.id)]
        )
        self.assertEqual(identity.marketing, "stop")
        self.assertEqual(self.debtor.dunning_consent_state, "granted")
        prefer("resume", 120)
        self.assertEqual(identity.marketing, "resume")

    def test_the_window_is_open_for_a_day_after_the_last_word(self):
        self.assertFalse(self.point.window_until)
        self.write_in("Hola")
        self.assertEqual(self.point.window_until, WEDNESDAY + timedelta(hours=24))
        self.sandbox.push_status(self.message.provider_ref, "read")
        self.pull()
        self.assertEqual(self.point.window_until, WEDNESDAY + timedelta(hours=24))


class TestAccountNews(EventCase):
    def test_a_paused_template_is_told_to_the_template(self):
        template = self.message.template_id
        change = (template.name, template.language)
        self.addCleanup(lambda: self.sandbox.set_template(*change, status="APPROVED"))
        self.sandbox.set_template(*change, status="PAUSED")
        self.pull()
        self.assertEqual(template.status, "PAUSED")

    def test_a_template_of_others_is_left(self):
        self.hear("message_template_status_update", {"event": "X", "message_template_id": 7})
        self.assertEqual(self.event("message_template_status").state, "ignored")

    def test_news_of_the_number_reach_the_account(self):
        for field in (
            "phone_number_quality_update",
            "account_alerts",
            "business_capability_update",
        ):
            with self.subTest(field):
                self.hear(field, {"event": "FLAGGED"})
                self.assertEqual(self.event(field).state, "done")

    def test_several_changes_in_one_post_are_all_heard(self):
        self.receive(
            inbound("51987654321", "Uno", wamid="wamid.1"),
            inbound("51987654321", "Dos", wamid="wamid.2"),
        )
        notes = self.notes_on(self.invoice)
        self.assertIn("Uno", notes)
        self.assertIn("Dos", notes)
