from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user

from .common import WEDNESDAY, DunningCommon


class HoldCommon(DunningCommon):
    def setUp(self):
        super().setUp()
        self.lima = self.env.ref("base.state_pe_15")
        self.piura = self.env.ref("base.state_pe_20")
        self.debtor = self.create_debtor(state_id=self.piura.id, city="Sullana")

    def hold(self, **vals):
        vals.setdefault("date_from", WEDNESDAY)
        return self.env["dunning.hold"].create(vals)

    def on(self, days):
        self.clock.move_to(WEDNESDAY + timedelta(days=days))


class TestHold(HoldCommon):
    def test_every_reason_stops_a_debtor_with_a_code_that_has_a_name_and_a_remedy(self):
        self.create_invoice(self.debtor, days=-8)
        names = dict(self.env["dunning.message"]._fields["reason"].selection)
        for reason, _label in self.env["dunning.hold"]._fields["reason"].selection:
            with self.subTest(reason=reason):
                until = WEDNESDAY + timedelta(days=30) if reason == "payment_reported" else False
                hold = self.hold(partner_id=self.debtor.id, reason=reason, date_to=until)
                candidates = self.plan._candidates(self.company, WEDNESDAY)
                (verdict,) = self.env["dunning.gate"].sudo()._decide(candidates, WEDNESDAY)
                code = f"hold_{reason}"
                self.assertIn(code, [check.code for check in verdict.reasons])
                self.assertIn(code, names)
                self.assertTrue(self.env["dunning.message"]._remedy(code))
                hold._end("Test")

    def test_a_hold_from_an_invoice_is_not_whole_before_somebody_says_why(self):
        invoice = self.create_invoice(self.debtor, days=-8)
        context = invoice.action_dunning_hold()["context"]
        form = Form(self.env["dunning.hold"].with_context(**context))
        with self.assertRaisesRegex(AssertionError, "reason"):
            form.save()
        form.reason = "dispute"
        self.assertTrue(form.save().in_force)

    def test_whom_a_hold_is_about(self):
        lima = self.create_debtor("Lima", "+51 987 654 322", state_id=self.lima.id, city="Lima")
        piura = self.create_debtor("Piura", "+51 987 654 323", state_id=self.piura.id)
        chile = self.create_debtor("Chile", "+56 9 6100 0312", country=self.env.ref("base.cl"))
        everybody = self.debtor | lima | piura | chile
        cases = [
            ({"scope": "debtor", "partner_id": self.debtor.id}, self.debtor),
            ({"scope": "state", "state_id": self.piura.id}, self.debtor | piura),
            ({"scope": "state", "state_id": self.piura.id, "city": " sullana"}, self.debtor),
            ({"scope": "country", "country_id": self.peru.id}, everybody - chile),
            ({"scope": "company"}, everybody),
        ]
        for vals, resting in cases:
            with self.subTest(**vals):
                hold = self.hold(reason="calamity", **vals)
                pairs = {(partner, self.company) for partner in everybody}
                facts = self.env["dunning.hold"]._facts_of(pairs, WEDNESDAY)
                found = {key[0] for key, holds in facts.items() if holds}
                self.assertEqual(found, set(resting.ids))
                hold._end("Test")

    def test_a_hold_of_another_company_is_none_of_ours(self):
        other = self.env["res.company"].create({"name": "Another"})
        self.hold(scope="company", company_id=other.id, reason="by_hand")
        self.create_invoice(self.debtor, days=-8)
        self.assertEqual(self.propose().state, "queued")

    def test_facts_take_the_same_queries_for_one_debtor_and_for_many(self):
        self.hold(scope="state", state_id=self.piura.id, reason="calamity")
        debtors = self.debtor
        for number in range(40):
            debtors |= self.create_debtor(f"Debtor {number}", f"+51 987 650 {number:03}")
            self.hold(partner_id=debtors[-1].id, reason="dispute")
        pairs = {(partner, self.company) for partner in debtors}
        self.env.flush_all()
        counts = []
        for chosen in (set(list(pairs)[:2]), pairs):
            self.env.invalidate_all()
            for partner, _company in chosen:
                partner.fetch(["country_id", "state_id", "city"])
            before = self.env.cr.sql_log_count
            self.env["dunning.hold"]._facts_of(chosen, WEDNESDAY)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)
        self.assertLess(counts[1], 10)

    def test_the_disputed_one_of_three_rests_and_the_next_message_lists_the_other_two(self):
        first, second, third = (self.create_invoice(self.debtor, days=-8) for _n in range(3))
        self.hold(move_ids=first.ids, reason="dispute", note="Goods damaged")
        message = self.propose()
        self.assertEqual(message.move_ids, second | third)
        self.assertEqual(message.amount_total, 200.0)
        self.assertNotIn(first.name, message.body)
        (delivered,) = self.deliver()
        self.assertEqual(delivered.move_ids, second | third)

    def test_a_dispute_between_plan_and_wire_takes_the_invoice_out(self):
        first, second = (self.create_invoice(self.debtor, days=-8) for _n in range(2))
        message = self.propose()
        self.hold(move_ids=first.ids, reason="dispute")
        self.deliver()
        self.assertEqual(message.state, "sent")
        self.assertNotIn(first.name, message.body)
        self.assertIn(second.name, message.body)

    def test_a_hold_on_the_only_invoice_refuses_or_waits_for_its_end(self):
        invoice = self.create_invoice(self.debtor, days=-8)
        hold = self.hold(move_ids=invoice.ids, reason="lawsuit")
        self.assertEqual(hold.scope, "invoices")
        self.assertEqual(hold.partner_id, self.debtor)
        self.assertEqual(self.propose().reason_codes, "hold_lawsuit")
        hold._end("Settled out of court")
        until = WEDNESDAY + timedelta(days=2)
        self.hold(move_ids=invoice.ids, reason="dispute", date_to=until)
        message = self.propose()
        self.assertEqual(message.state, "waiting")
        self.assertGreaterEqual(message.not_before, until)

    def test_a_waiting_reminder_is_decided_anew_at_once(self):
        self.create_invoice(self.debtor, days=-8)
        self.on(4)  # a Sunday
        message = self.propose()
        self.assertEqual(message.state, "waiting")
        self.hold(partner_id=self.debtor.id, reason="insolvency")
        self.deliver()
        self.assertEqual((message.state, message.reason), ("cancelled", "hold_insolvency"))

    def test_after_its_end_there_is_one_reminder_at_the_level_of_the_day(self):
        self.create_invoice(self.debtor, days=0)
        hold = self.hold(partner_id=self.debtor.id, reason="by_hand")
        self.assertFalse(self.propose().filtered(lambda m: m.state != "refused"))
        self.on(9)
        hold._end("Back")
        message = self.propose()
        self.assertEqual(message.level_id, self.levels[7])
        self.assertFalse(self.propose())

    def test_the_why_panel_and_the_invoice_say_what_rests_since_when_and_by_whom(self):
        invoice = self.create_invoice(self.debtor, days=-8)
        self.hold(scope="state", state_id=self.piura.id, reason="calamity", note="Flood")
        (block,) = self.env["dunning.why"].read_panel("account.move", invoice.id)
        (reason,) = block["reasons"]
        self.assertEqual(reason["code"], "hold_calamity")
        for words in ("Piura", "Flood", "11/25/2026", self.env.user.name):
            self.assertIn(words, reason["text"])
            self.assertIn(words, invoice.dunning_rest)
        clerk = new_test_user(self.env, "clerk", groups="account.group_account_invoice")
        self.assertIn("Flood", invoice.with_user(clerk).dunning_rest)

    def test_begin_and_end_stand_on_the_chatter(self):
        invoice, other = (self.create_invoice(self.debtor, days=-8) for _n in range(2))
        hold = self.hold(move_ids=invoice.ids, reason="tax_office", note="Claim 4711")
        hold._end("The claim was accepted")
        self.assertIn("Claim 4711", self.notes_on(invoice))
        self.assertIn("The claim was accepted", self.notes_on(invoice))
        self.assertNotIn("Claim 4711", self.notes_on(other))
        self.assertEqual((hold.ended_by, hold.in_force), (self.env.user, False))

    def test_a_hold_on_a_debtor_is_narrowed_to_some_invoices(self):
        first, second = (self.create_invoice(self.debtor, days=-8) for _n in range(2))
        hold = self.hold(partner_id=self.debtor.id, reason="dispute", note="One is wrong")
        context = hold.action_narrow()["context"]
        narrow = self.env["dunning.hold"].with_context(**context).create({"move_ids": first.ids})
        self.assertEqual((narrow.reason, narrow.note), ("dispute", "One is wrong"))
        self.assertTrue(hold.ended_at)
        self.assertEqual(self.propose().move_ids, second)

    def test_nobody_edits_or_deletes_a_hold_and_only_its_maker_signs(self):
        hold = self.hold(partner_id=self.debtor.id, reason="by_hand", user_id=self.env.user.id)
        for vals in ({"reason": "dispute"}, {"date_to": WEDNESDAY}, {"ended_at": WEDNESDAY}):
            with self.subTest(**vals), self.assertRaises(UserError):
                hold.write(vals)
        ended = self.hold(partner_id=self.debtor.id)
        ended._end("Over")
        with self.assertRaises(UserError):
            ended.sudo().write({"ended_at": WEDNESDAY})
        with self.assertRaises(UserError):
            hold.sudo().write({"note": "x"})
        with self.assertRaises(UserError):
            hold.sudo().unlink()
        user = new_test_user(self.env, "collector", groups="l10n_latam_dunning.group_dunning_user")
        mine = self.hold(partner_id=self.debtor.id)
        self.assertEqual(mine.user_id, self.env.user)
        theirs = (
            self.env["dunning.hold"]
            .with_user(user)
            .create({"partner_id": self.debtor.id, "user_id": self.env.user.id})
        )
        self.assertEqual(theirs.user_id, user)
        with self.assertRaises(UserError):
            theirs.write({"note": "x"})
        with self.assertRaises(AccessError):
            self.env["dunning.hold"].with_user(user).create({"scope": "company"})

    def test_who_may_end_which_hold(self):
        roles = {
            role: new_test_user(
                self.env, f"of_{role}", groups=f"l10n_latam_dunning.group_dunning_{role}"
            )
            for role in ("user", "manager", "privacy")
        }
        for vals, allowed in [
            ({"partner_id": self.debtor.id}, {"user", "manager", "privacy"}),
            ({"scope": "country", "country_id": self.peru.id}, {"manager"}),
            ({"partner_id": self.debtor.id, "reason": "privacy"}, {"privacy"}),
        ]:
            hold = self.hold(**vals)
            for role, user in roles.items():
                with self.subTest(role=role, **vals):
                    if role in allowed:
                        hold.with_user(user).action_end()
                    else:
                        with self.assertRaises(AccessError):
                            hold.with_user(user).action_end()

    def test_invoices_of_two_debtors_are_no_one_hold(self):
        mine = self.create_invoice(self.debtor, days=-8)
        other = self.create_invoice(self.create_debtor("Other", "+51 987 654 300"), days=-8)
        with self.assertRaises(ValidationError):
            self.hold(move_ids=(mine | other).ids)


class TestCalamity(HoldCommon):
    def test_one_button_on_a_state_shows_whom_it_stops_and_stops_them(self):
        self.create_invoice(self.debtor, days=-8)
        self.create_invoice(self.debtor, days=-3)
        lima = self.create_debtor("Lima", "+51 987 654 322", state_id=self.lima.id)
        self.create_invoice(lima, days=-8)
        waiting = self.propose()
        action = self.piura.action_dunning_calamity()
        wizard = (
            self.env["dunning.calamity"]
            .with_context(**action["context"])
            .create({"note": "Flood of the river Piura"})
        )
        self.assertEqual(
            (wizard.debtor_count, wizard.invoice_count, wizard.message_count), (1, 2, 1)
        )
        wizard.action_pause()
        self.deliver()
        states = {message.partner_id.name: message.state for message in waiting}
        self.assertEqual(states, {"Rosa Quispe": "cancelled", "Lima": "sent"})
        self.assertEqual(waiting.filtered("reason").reason, "hold_calamity")

    def test_a_country_has_the_button_too_and_users_have_none(self):
        action = self.peru.action_dunning_calamity()
        wizard = (
            self.env["dunning.calamity"]
            .with_context(**action["context"])
            .create({"note": "Strike of the banks", "date_to": WEDNESDAY + timedelta(days=3)})
        )
        wizard.action_pause()
        hold = self.env["dunning.hold"].search([("scope", "=", "country")])
        self.assertEqual((hold.country_id, hold.reason), (self.peru, "calamity"))
        user = new_test_user(self.env, "collector", groups="l10n_latam_dunning.group_dunning_user")
        with self.assertRaises(AccessError):
            self.env["dunning.calamity"].with_user(user).create(
                {"country_id": self.peru.id, "note": "x"}
            )


class TestReportedPayment(HoldCommon):
    def setUp(self):
        super().setUp()
        self.invoice = self.create_invoice(self.debtor, days=-8)
        self.policy.payment_check_days = 5
        self.policy.user_id = self.env.user

    def report(self, **vals):
        receipt = self.env["ir.attachment"].create({"name": "receipt.png", "raw": b"png"})
        return self.env["dunning.hold"]._report_payment(
            self.company, self.debtor, WEDNESDAY, note="Ya pagué", attachments=receipt, **vals
        )

    def close(self, hold, method, **vals):
        context = hold.action_end()["context"]
        wizard = (
            self.env["dunning.hold.end"].with_context(**context).create({"why": "Looked", **vals})
        )
        getattr(wizard, method)()

    def test_it_rests_for_the_days_of_the_policy_and_asks_the_responsible(self):
        hold = self.report()
        self.assertEqual(hold.date_to, WEDNESDAY + timedelta(days=5))
        self.assertEqual(hold.attachment_ids.name, "receipt.png")
        self.assertEqual(hold.activity_ids.user_id, self.env.user)
        message = self.propose()
        self.assertEqual(message.state, "waiting")
        self.assertGreaterEqual(message.not_before, hold.date_to)

    def test_a_confirmed_one_names_its_payment(self):
        hold = self.report(moves=self.invoice)
        payment = self.pay(self.invoice)
        self.close(hold, "action_confirm", payment_id=payment.id)
        self.assertEqual((hold.outcome, hold.payment_id), ("confirmed", payment))
        self.assertFalse(hold.activity_ids)
        self.assertFalse(self.propose().filtered(lambda m: m.state != "refused"))

    def test_after_a_rejected_one_reminders_go_on_and_the_reason_is_kept(self):
        hold = self.report(moves=self.invoice)
        self.close(hold, "action_reject", why="Not on any statement")
        self.assertEqual((hold.outcome, hold.ended_why), ("rejected", "Not on any statement"))
        self.assertIn("Not on any statement", self.notes_on(self.invoice))
        self.assertIn("queued", self.propose().mapped("state"))

    def told(self):
        return self.env["dunning.message"].sudo().search([("hold_id", "!=", False)])

    def test_who_is_rejected_is_told_in_the_accountants_words_by_a_template(self):
        hold = self.report(moves=self.invoice)
        self.close(hold, "action_reject", words="No figura\n en el banco.")
        message = self.told()
        self.assertEqual((message.state, message.purpose), ("queued", "reminder"))
        self.assertEqual(message.user_id, self.env.user)
        self.deliver()
        self.assertEqual(message.state, "sent")
        self.assertIn("No figura en el banco.", message.body)
        sent = self.sandbox.accepted[-1]["payload"]["template"]
        self.assertEqual(sent["name"], "dunning_payment_not_found")
        for record in (self.invoice, hold):
            self.assertIn("Reported payment not found", self.notes_on(record))

    def test_the_words_are_proposed_in_the_debtors_language_and_kept_short(self):
        hold = self.report(moves=self.invoice)
        context = hold.action_end()["context"]
        wizard = self.env["dunning.hold.end"].with_context(**context).create({"why": "x"})
        self.assertIn("25/11/2026", wizard.words)
        self.assertIn("WhatsApp", wizard.way)
        with self.assertRaisesRegex(UserError, "200"):
            self.close(hold, "action_reject", words="x" * 201)
        self.assertFalse(hold.ended_at)

    def test_words_that_the_law_forbids_are_not_sent(self):
        hold = self.report(moves=self.invoice)
        self.close(hold, "action_reject", words="Embargaremos su casa.")
        message = self.told()
        self.assertEqual((message.state, message.reason_codes), ("refused", "wording"))

    def test_nothing_is_written_where_nobody_wants_it_or_nothing_is_open(self):
        hold = self.report(moves=self.invoice)
        self.close(hold, "action_reject", write_to_debtor=False)
        self.assertFalse(self.told())
        hold = self.report(moves=self.invoice)
        self.pay(self.invoice)
        self.close(hold, "action_reject")
        self.assertFalse(self.told())

    def test_it_is_no_longer_told_once_the_money_is_there(self):
        self.clock.move_to(WEDNESDAY + timedelta(hours=12))  # 22:00 in Lima
        self.close(self.report(moves=self.invoice), "action_reject")
        message = self.told()
        self.assertEqual(message.state, "waiting")
        self.pay(self.invoice)
        self.assertEqual(message.state, "cancelled")

    def test_without_consent_it_is_not_told_and_the_accountant_sees_why(self):
        vals = {"event": "withdrawn", "effective_at": WEDNESDAY - timedelta(days=9)}
        self.grant(self.debtor, **vals)
        hold = self.report(moves=self.invoice)
        context = hold.action_end()["context"]
        wizard = self.env["dunning.hold.end"].with_context(**context).create({"why": "x"})
        self.assertIn("not sent", wizard.way)
        wizard.action_reject()
        self.assertEqual(self.told().state, "refused")


class TestBank(HoldCommon):
    def setUp(self):
        super().setUp()
        self.invoice = self.create_invoice(self.debtor, days=-8)
        self.policy.bank_max_age_days = 3
        self.bank = self.company_data["default_journal_bank"]

    def statement(self, days, journal=None):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": (journal or self.bank).id,
                "date": WEDNESDAY.date() + timedelta(days=days),
                "payment_ref": "Movement",
                "amount": 10.0,
            }
        )

    def test_how_old_the_bank_may_be(self):
        other = self.bank.copy({"name": "Second bank", "code": "BK2"})
        for day, second, expected in [
            (0, None, ""),
            (-3, None, ""),
            (-4, None, "bank_stale"),
            (0, -4, "bank_stale"),
            (0, -3, ""),
            (None, None, "bank_stale"),
        ]:
            with self.subTest(day=day, second=second), self.env.cr.savepoint() as savepoint:
                if day is not None:
                    self.statement(-30)
                    self.statement(day)
                if second is not None:
                    self.statement(second, other)
                self.assertEqual(self.propose().reason_codes or "", expected)
                savepoint.close(rollback=True)

    def test_the_run_and_the_message_name_the_journal_and_the_day(self):
        self.statement(-10)
        run = self.env["dunning.run"]._run(self.company)
        message = run.message_ids
        self.assertEqual((message.state, message.reason), ("refused", "bank_stale"))
        for text in (run.note, message.explanation):
            self.assertIn(self.bank.name, text)
            self.assertIn("11/15/2026", text)
        # the same refusal is not written twice, yet each run says what is missing
        again = self.env["dunning.run"]._run(self.company)
        self.assertFalse(again.message_ids)
        self.assertIn(self.bank.name, again.note)

    def test_only_the_journals_that_the_policy_watches_count(self):
        old = self.bank.copy({"name": "Closed account", "code": "BK2"})
        self.statement(-300, old)
        self.statement(-1)
        self.assertEqual(self.propose().reason_codes, "bank_stale")
        self.policy.bank_journal_ids = self.bank
        self.assertEqual(self.propose().state, "queued")

    def test_it_is_asked_again_before_the_wire(self):
        self.statement(-2)
        message = self.propose()
        self.assertEqual(message.state, "queued")
        self.on(2)
        self.deliver()
        self.assertEqual((message.state, message.reason), ("cancelled", "bank_stale"))

    def test_a_payment_in_process_without_an_entry_counts_as_the_debtors_credit(self):
        self.policy.bank_max_age_days = 0
        # as with Odoo's full accounting, where a payment may wait for the bank without an entry
        moves = self.env.registry["account.move"]
        self.startPatcher(
            patch.object(moves, "_get_invoice_in_payment_state", lambda self: "in_payment")
        )
        self.bank.inbound_payment_method_line_ids.payment_account_id = False
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.debtor.id,
                "amount": 100.0,
                "journal_id": self.bank.id,
                "memo": "Transfer 4711",
            }
        )
        payment.action_post()
        self.assertEqual((payment.state, bool(payment.move_id)), ("in_process", False))
        run = self.env["dunning.run"]._run(self.company)
        message = run.message_ids
        self.assertEqual((message.state, message.reason), ("refused", "credit_covers"))
        self.assertIn(payment.name or "Transfer 4711", run.note)
        self.assertIn(self.debtor.name, run.note)
        payment.action_cancel()
        self.assertEqual(self.propose().state, "queued")

    def test_blocked_and_excluded_invoices_say_who_did_it(self):
        self.policy.bank_max_age_days = 0
        clerk = new_test_user(
            self.env, "clerk", name="Carla Clerk", groups="account.group_account_invoice"
        )
        # the invoice is not new any more
        self.env.cr.precommit.run()
        self.env.cr.precommit.data.pop("mail.tracking.account.move", None)
        tracked = self.invoice.with_context(tracking_disable=False, mail_notrack=False)
        tracked.with_user(clerk).action_toggle_block_payment()
        self.env.cr.precommit.run()
        blocked = self.propose()
        self.assertEqual(blocked.reason, "blocked")
        self.assertIn("by Carla Clerk on 11/25/2026", blocked.explanation)
        untracked = self.create_invoice(self.create_debtor("Other", "+51 987 654 300"), days=-8)
        untracked.with_user(clerk).action_toggle_block_payment()
        self.assertIn("Carla Clerk changed it last", self.propose().explanation)
        self.invoice.action_toggle_block_payment()
        self.invoice.with_user(clerk).no_followup = True
        excluded = self.propose()
        self.assertEqual(excluded.reason, "excluded")
        self.assertIn("Carla Clerk", excluded.explanation)
