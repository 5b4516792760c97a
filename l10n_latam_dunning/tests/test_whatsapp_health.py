import itertools
import logging
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from ..core.whatsapp.errors import rule_of
from .common import NUMBER_ID, WABA_ID, WEDNESDAY, DunningCommon

HOUR = timedelta(hours=1)
# 2026-12-05 08:00 UTC
EXPIRATION = 1796457600
UNTIL = fields.Datetime.to_datetime("2026-12-05 08:00:00")
RESTRICTED = {
    "event": "ACCOUNT_RESTRICTION",
    "restriction_info": [
        {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": EXPIRATION}
    ],
}
DISABLED = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}
REINSTATED = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}
OFFBOARDED, RECONNECTED = {"event": "ACCOUNT_OFFBOARDED"}, {"event": "ACCOUNT_RECONNECTED"}


class TestWhatsappHealth(DunningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.account.sudo()
        cls.manager = new_test_user(
            cls.env, "health_manager", groups="l10n_latam_dunning.group_dunning_manager"
        )
        cls.startClassPatcher(
            patch.object(
                logging.getLogger("odoo.addons.l10n_latam_dunning.models.dunning_whatsapp_pause"),
                "disabled",
                True,
            )
        )

    def setUp(self):
        super().setUp()
        self.remote = self.sandbox.accounts[NUMBER_ID]
        self.remote.heal()

    def ask(self, account=None):
        """Ask WhatsApp as the scheduled action does, without its commits."""
        account = account or self.account
        account._keep_answer(account._ask(), fields.Datetime.now())

    def cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("l10n_latam_dunning.ir_cron_health").method_direct_trigger()
        self.env.invalidate_all()

    def open_troubles(self, account=None):
        account = account or self.account
        account.invalidate_recordset()
        return account.open_trouble_ids

    def activities(self):
        kind = self.env.ref("l10n_latam_dunning.mail_activity_whatsapp")
        self.account.invalidate_recordset()
        return self.account.activity_ids.filtered(lambda a: a.activity_type_id == kind)

    # === ASKING ===

    def test_what_whatsapp_says_is_kept(self):
        self.remote.quality, self.remote.messaging_limit = "YELLOW", "TIER_10K"
        self.remote.throughput = "HIGH"
        self.ask()
        self.assertRecordValues(
            self.account,
            [
                {
                    "quality": "YELLOW",
                    "quality_label": "Medium",
                    "number_status": "CONNECTED",
                    "name_label": "Approved",
                    "messaging_limit": "TIER_10K",
                    "limit_label": "10,000",
                    "rate_label": "1000",
                    "can_send": "AVAILABLE",
                    "health_label": "Can send",
                    "health_at": WEDNESDAY,
                    "health_error": False,
                }
            ],
        )
        self.remote.quality, self.remote.messaging_limit = "GREEN", "TIER_2K"
        self.remote.throughput = "STANDARD"

    def test_each_number_is_asked_once_an_hour_with_two_calls_and_not_all_at_once(self):
        self.sandbox.log.clear()
        self.cron()
        self.assertEqual(len(self.sandbox.log), 2)
        wait = self.account.health_due_at - WEDNESDAY
        self.assertTrue(timedelta(minutes=55) <= wait <= timedelta(minutes=65))
        self.cron()
        self.assertEqual(len(self.sandbox.log), 2)
        self.clock.move_to(self.account.health_due_at)
        self.cron()
        self.assertEqual(len(self.sandbox.log), 4)

    def test_a_number_that_is_off_is_not_asked(self):
        self.account.mode = "off"
        self.sandbox.log.clear()
        self.cron()
        self.assertFalse(self.sandbox.log)

    @mute_logger("odoo.addons.l10n_latam_dunning.models.dunning_whatsapp_health")
    def test_one_number_whose_answer_cannot_be_kept_stops_no_other(self):
        second = self.second_number()
        Account = type(self.env["dunning.whatsapp.account"])
        store = Account._store_answer

        def fail_for_first(account, answer, asked_at):
            if account == self.account:
                raise ZeroDivisionError
            return store(account, answer, asked_at)

        with patch.object(Account, "_store_answer", fail_for_first):
            self.cron()
        self.assertFalse(self.account.health_at)
        self.assertEqual(second.health_at, WEDNESDAY)

    def test_a_passing_fault_changes_nothing_and_is_shown(self):
        self.ask()
        self.sandbox.fault("html_502", endpoint="number")
        self.clock.tick(HOUR)
        self.ask()
        self.assertFalse(self.account.paused)
        self.assertEqual(self.account.health_at, WEDNESDAY)
        self.assertTrue(self.account.health_error)
        self.ask()
        self.assertFalse(self.account.health_error)

    def test_a_set_up_that_cannot_be_used_is_shown_and_stops_no_other_number(self):
        self.account.token = "with a space"
        self.cron()
        self.assertIn("holds spaces", self.account.health_error)

    def second_number(self, **vals):
        self.sandbox.add_account(
            phone_number_id="300000000000002",
            waba_id=WABA_ID,
            token="second-token",
            app_secret="second-secret",
            display_phone_number="51911111111",
        )
        return (
            self.env["dunning.whatsapp.account"]
            .sudo()
            .create(
                {
                    "name": "Second",
                    "company_id": self.company.id,
                    "mode": "live",
                    "policy_confirmed": True,
                    "phone_number_id": "300000000000002",
                    "waba_id": WABA_ID,
                    "token": "second-token",
                    "app_secret": "second-secret",
                    "base_url": self.sandbox.base_url,
                    **vals,
                }
            )
        )

    # === STOPPING AND GOING ON ===

    def test_a_number_that_whatsapp_finds_blocked_stops_and_goes_on_by_itself(self):
        second = self.second_number()
        self.remote.ail("WABA", code=141006, description="Payment is due.", solution="Pay it.")
        self.ask()
        self.ask(second)
        self.assertTrue(self.account.paused)
        self.assertIn("Payment is due.", self.account.pause_reason)
        self.assertEqual(self.account.pause_step, "Pay it.")
        self.assertIn("The WhatsApp Business Account", self.account.health_note)
        self.assertEqual(self.account._impediment(WEDNESDAY), "paused")
        self.assertFalse(second.paused)
        self.clock.tick(HOUR)
        self.ask()
        self.assertEqual(len(self.account.trouble_ids), 1)
        self.remote.heal()
        self.clock.tick(HOUR)
        self.ask()
        self.assertFalse(self.account.paused)
        self.assertIsNone(self.account._impediment(fields.Datetime.now()))
        log = self.account.trouble_ids
        self.assertRecordValues(
            log, [{"cause": "health", "code": 141006, "date_from": WEDNESDAY, "ended_by_id": False}]
        )
        self.assertEqual(log.ended_at, WEDNESDAY + 2 * HOUR)

    def test_a_number_within_limits_goes_on(self):
        self.remote.ail("PHONE_NUMBER", "LIMITED")
        self.ask()
        self.assertEqual(self.account.can_send, "LIMITED")
        self.assertFalse(self.account.paused)

    def test_a_lost_token_stops_the_number_until_it_works_again(self):
        self.sandbox.fault("code:190", endpoint="number")
        self.ask()
        self.assertIn("access token", self.account.pause_reason)
        self.clock.tick(HOUR)
        self.ask()
        self.assertFalse(self.account.paused)

    # code, whether WhatsApp's good word is enough
    def test_what_a_code_needs_is_obeyed(self):
        for code, ends in [
            (190, True),
            (131031, True),
            (131042, True),
            (131045, True),
            (368, False),
            (131048, False),
            (131064, False),
        ]:
            with self.subTest(code):
                trouble = self.account._pause_for(rule_of(code, 400), code)
                self.clock.tick(HOUR)
                self.ask()
                self.assertEqual(bool(trouble.ended_at), ends)
                self.open_troubles()._end(fields.Datetime.now(), "")

    def test_spam_rests_a_day_even_for_a_person(self):
        self.account._pause_for(rule_of(131048, 400), 131048)
        with self.assertRaisesRegex(UserError, "cannot be resumed before"):
            self.account.with_user(self.manager).action_resume()
        self.clock.tick(timedelta(days=1))
        self.account.with_user(self.manager).action_resume()
        self.assertFalse(self.account.paused)
        self.assertEqual(self.account.trouble_ids.ended_by_id, self.manager)

    def test_an_error_that_comes_again_after_a_good_check_rests_longer(self):
        rests = []
        for _turn in range(3):
            trouble = self.account._pause_for(rule_of(131042, 400), 131042)
            rests.append(trouble.earliest and trouble.earliest - fields.Datetime.now())
            self.clock.move_to(trouble.earliest or fields.Datetime.now() + HOUR)
            self.ask()
            self.assertTrue(trouble.ended_at)
        self.assertEqual(rests, [False, HOUR, 2 * HOUR])

    def test_what_a_person_paused_only_a_person_or_the_hour_he_chose_resumes(self):
        self.account.with_user(self.manager)._pause_by_hand("Texts are being rewritten")
        self.clock.tick(HOUR)
        self.ask()
        self.assertEqual(self.account.pause_reason, "Texts are being rewritten")
        self.assertEqual(self.account.trouble_ids.user_id, self.manager)
        self.account.with_user(self.manager).action_resume()
        self.assertFalse(self.account.paused)
        self.account._pause_by_hand("Over night", fields.Datetime.now() + HOUR)
        self.assertEqual(self.account._impediment(fields.Datetime.now()), "paused")
        self.assertIsNone(self.account._impediment(fields.Datetime.now() + HOUR))

    def test_of_two_stops_the_longer_one_holds(self):
        now = fields.Datetime.now()
        self.account._pause("Short", now + HOUR)
        self.account._pause("Long")
        self.account._pause("Middle", now + 2 * HOUR)
        self.assertEqual(self.account.pause_reason, "Long")
        self.open_troubles().filtered(lambda t: t.reason == "Long")._end(now, "")
        self.open_troubles()
        self.assertEqual(self.account.paused_until, now + 2 * HOUR)
        self.assertEqual(
            self.env["dunning.whatsapp.account"].search([("paused", "=", True)]), self.account
        )
        self.clock.tick(3 * HOUR)
        self.assertFalse(
            self.env["dunning.whatsapp.account"].search([("paused", "=", True)]) & self.account
        )

    def test_a_refused_country_stops_the_number_for_that_country_only(self):
        self.account._pause_for(rule_of(130497, 403), 130497, "+51987654321")
        now = fields.Datetime.now()
        self.assertEqual(self.account._impediment(now, "+51987654321"), "country")
        self.assertIsNone(self.account._impediment(now, "+573001234567"))
        self.assertIsNone(self.account._impediment(now))
        self.assertFalse(self.account.paused)
        self.assertEqual(self.account.blocked_country_ids, self.peru)
        self.account._pause_for(rule_of(130497, 403), 130497, "+573001234567")
        self.assertEqual(self.account.blocked_country_ids.mapped("code"), ["CO", "PE"])
        self.create_invoice(self.create_debtor(), days=-8)
        self.assertIn("does not let it write to the debtor's country", self.propose().explanation)
        self.account.trouble_ids.with_user(self.manager).action_end()
        self.assertFalse(self.open_troubles())

    def test_nothing_of_the_log_is_changed_or_removed(self):
        trouble = self.account._pause("Lost")
        for vals in ({"reason": "x"}, {"date_from": False}, {"person": False}):
            with self.subTest(vals), self.assertRaises(UserError):
                trouble.write(vals)
        with self.assertRaises(UserError):
            trouble.unlink()
        with self.assertRaises(AccessError):
            trouble.with_user(self.manager).write({"ended_at": WEDNESDAY})
        trouble._end(WEDNESDAY, "once")
        with self.assertRaises(UserError):
            trouble.write({"ended_at": WEDNESDAY + HOUR})

    def test_going_on_after_a_long_stop_starts_slowly(self):
        self.account.ramp_from = False
        self.account._pause("Short")
        self.clock.tick(HOUR)
        self.account.action_resume()
        self.assertFalse(self.account.ramp_from)
        self.account._pause("Long")
        self.clock.tick(timedelta(days=2))
        self.account.action_resume()
        self.assertEqual(self.account.ramp_from, fields.Datetime.now())

    # === TELLING ===

    def test_administrators_are_told_once_and_told_when_it_is_over(self):
        self.account._pause_for(rule_of(131031, 403), 131031)
        self.cron_told()
        (activity,) = self.activities()
        self.assertEqual(activity.user_id, self.account.user_id)
        self.assertIn("does not send", activity.summary)
        self.assertIn("WhatsApp Manager", activity.note)
        self.account._apply_event("account_alerts", self.alert(), WEDNESDAY)
        self.cron_told()
        self.assertEqual(self.activities(), activity)
        self.assertIn("Look here", activity.note)
        self.open_troubles()._end(fields.Datetime.now(), "")
        self.cron_told()
        self.assertFalse(self.activities())

    def test_without_a_responsible_the_administrator_is_told(self):
        self.account.user_id = False
        self.account._pause("Lost")
        self.cron_told()
        self.assertEqual(self.activities().user_id, self.env.ref("base.user_admin"))

    def test_whoever_paused_by_hand_is_not_told_of_it(self):
        self.account._pause_by_hand("Holidays")
        self.cron_told()
        self.assertFalse(self.activities())

    def cron_told(self):
        self.env["dunning.whatsapp.account"].sudo()._tell()

    def alert(self, **vals):
        return {
            "entity_type": "PHONE_NUMBER",
            "entity_id": NUMBER_ID,
            "alert_info": {
                "alert_severity": "CRITICAL",
                "alert_status": "ACTIVE",
                "alert_type": "OBA_REJECTED",
                "alert_description": "Look here",
                **vals,
            },
        }

    # === HEARING ===

    def test_a_restriction_stops_until_its_end(self):
        self.assertTrue(self.account._apply_event("account_update", RESTRICTED, WEDNESDAY))
        self.assertEqual(self.account.paused_until, UNTIL)
        self.assertEqual(self.account._impediment(WEDNESDAY), "paused")
        self.clock.tick(HOUR)
        self.ask()
        self.assertTrue(self.account.paused, "a good check does not lift a restriction")
        self.clock.move_to(UNTIL)
        self.assertIsNone(self.account._impediment(UNTIL))
        self.cron()
        self.assertFalse(self.open_troubles())
        self.assertEqual(self.account.trouble_ids.ended_at, UNTIL)
        self.assertEqual(self.account.ramp_from, UNTIL)

    def test_what_whatsapp_posts_stops_the_number(self):
        self.sandbox.push_change("account_update", RESTRICTED, waba_id=WABA_ID)
        self.sandbox.flush_webhooks()
        events = self.env["dunning.event"].sudo()
        for delivery in self.sandbox.take_webhooks():
            signature = delivery.headers["X-Hub-Signature-256"]
            events._store_webhook(self.account._route(), delivery.raw, signature)
        events._claim()._process()
        self.assertEqual(self.account.paused_until, UNTIL)

    def test_a_ban_needs_a_person_even_after_it_is_lifted(self):
        self.account._apply_event("account_update", DISABLED, WEDNESDAY)
        self.account._apply_event("account_update", REINSTATED, WEDNESDAY + HOUR)
        self.clock.tick(2 * HOUR)
        self.ask()
        self.assertTrue(self.account.paused)
        self.assertIn("reinstated", self.account.warning)
        self.account.with_user(self.manager).action_resume()
        self.account._apply_event("account_update", DISABLED, WEDNESDAY)
        self.assertFalse(self.account.paused, "a repeated webhook is no new ban")

    def test_webhooks_of_the_account_reach_all_its_numbers_and_those_of_a_number_only_it(self):
        second = self.second_number()
        self.ask()
        self.ask(second)
        self.clock.tick(HOUR)
        now = fields.Datetime.now()
        self.account._apply_event("account_update", OFFBOARDED, now)
        self.assertTrue(self.account.paused and second.paused)
        self.account._apply_event("account_update", RECONNECTED, now + HOUR)
        self.assertFalse(self.account.paused or second.paused)
        value = {
            "display_phone_number": "51911111111",
            "event": "THROUGHPUT_UPGRADE",
            "max_daily_conversations_per_business": "TIER_10K",
        }
        self.account._apply_event("phone_number_quality_update", value, now)
        self.assertEqual((self.account.throughput, second.throughput), ("STANDARD", "HIGH"))
        self.assertEqual(second.messaging_limit, "TIER_10K")

    def test_a_webhook_older_than_what_was_asked_changes_nothing(self):
        self.ask()
        value = {"max_daily_conversations_per_business": 250}
        self.account._apply_event("business_capability_update", value, WEDNESDAY - HOUR)
        self.assertEqual(self.account.messaging_limit, "TIER_2K")
        self.account._apply_event("business_capability_update", value, WEDNESDAY + HOUR)
        self.assertEqual(self.account.messaging_limit, "250")
        self.assertEqual(self.account.limit_label, "250")

    def test_a_new_name_is_kept_and_a_rejected_one_warned_of(self):
        field = "phone_number_name_update"
        approved = {"decision": "APPROVED", "requested_verified_name": "Andina Nueva"}
        rejected = {"decision": "REJECTED", "requested_verified_name": "Cobranzas"}
        self.account._apply_event(field, rejected, WEDNESDAY)
        self.assertIn("“Cobranzas”", self.account.warning)
        self.account._apply_event(field, approved, WEDNESDAY + HOUR)
        self.assertEqual(self.account.verified_name, "Andina Nueva")
        self.assertFalse(self.account.warning)

    def test_other_webhooks_are_none_of_the_accounts(self):
        self.assertFalse(self.account._apply_event("messages", {}, WEDNESDAY))
        self.assertTrue(self.account._apply_event("account_update", {"event": "NEW"}, WEDNESDAY))

    def test_a_webhook_has_the_health_asked_soon(self):
        self.ask()
        self.account._apply_event("account_update", DISABLED, WEDNESDAY)
        self.assertEqual(self.account.health_due_at, WEDNESDAY)

    def test_in_any_order_and_repeated_webhooks_lead_to_the_same_state(self):
        events = [
            ("account_update", OFFBOARDED, 1),
            ("account_update", RECONNECTED, 2),
            ("account_update", DISABLED, 3),
            ("account_update", RESTRICTED, 3),
            ("business_capability_update", {"max_daily_conversations_per_business": 2000}, 4),
            ("phone_number_quality_update", {"current_limit": "TIER_250", "event": "FLAGGED"}, 5),
        ]
        outcomes = set()
        orders = list(itertools.permutations(events))
        for turn, order in enumerate(orders[::12]):
            with self.env.cr.savepoint() as savepoint:
                repeated = [*order, order[turn % 6], order[(turn * 5) % 6]]
                for field, value, minute in repeated:
                    at = WEDNESDAY - timedelta(minutes=60 - minute)
                    self.account._apply_event(field, value, at)
                self.env.flush_all()
                troubles = self.open_troubles()
                outcomes.add(
                    (
                        tuple(sorted(troubles.mapped(lambda t: (t.topic, t.stops, str(t.until))))),
                        self.account.messaging_limit,
                        str(sorted(self.account.heard.items())),
                        self.account.pause_reason,
                    )
                )
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertEqual(len(outcomes), 1)
        (outcome,) = outcomes
        self.assertEqual([row[0] for row in outcome[0]], ["ban", "flag", "restriction"])
        self.assertEqual(outcome[1], "TIER_250")
