from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.service.model import retrying

from ..core.debt import instalments
from ..core.law.gate import Impediment
from .dunning_agreement import LIVE
from .dunning_message import STOPPABLE

BATCH = 200


class Rearm(NamedTuple):
    """A ladder that starts again: how often it has, on which day, and how many days past due
    the invoice counts on that day."""

    episode: int
    start: object
    days: int

    @property
    def due(self):
        """The due day by which the ladder is climbed from now on."""
        return self.start - timedelta(days=self.days)


class DunningAgreement(models.Model):
    """What becomes of an agreement: each payment kept or missed, its end, and what follows."""

    _inherit = "dunning.agreement"

    def _refresh(self):
        """Write down what the ledger says of running agreements: payments made, and whether they
        were kept, broken, or have nothing left to be about."""
        running = self.sudo().filtered(lambda agreement: agreement.state == LIVE)
        for found, (standing, ledger) in running._standings().items():
            agreement = found.with_context(lang=found.company_id.partner_id.lang)
            if not ledger.in_draft:
                agreement._note_instalments(ledger)
            if standing == "kept":
                agreement._keep(ledger)
            elif standing == "broken":
                agreement._break(ledger)
            elif standing == "gone":
                why = agreement.env._(
                    "its invoices were credited or cancelled, and nothing was paid under it"
                )
                agreement._cancel(why)

    def _note_instalments(self, ledger):
        """Note each payment that is covered now, and one that is not covered any more."""
        parts, ordered = self._parts(), self._in_order()
        found = instalments.outcomes(
            parts,
            self._units(ledger.paid),
            self._units(ledger.credited + ledger.gone),
            [part.state == "lifted" for part in ordered],
        )
        for number, (part, state) in enumerate(zip(ordered, found, strict=True), start=1):
            if part.state == state:
                continue
            words = {
                "kept": self.env._("Agreed payment %(number)s of %(count)s is made: %(what)s."),
                "lifted": self.env._(
                    "Agreed payment %(number)s of %(count)s is no longer owed, because of a credit"
                    " note or a cancelled invoice: %(what)s."
                ),
                "open": self.env._(
                    "Agreed payment %(number)s of %(count)s is open again: a payment was taken"
                    " back (%(what)s)."
                ),
            }
            figures = {
                "number": number,
                "count": len(parts),
                "what": part._in_words(),
            }
            part.state = state
            self._log(words[state] % figures)
            if state != "open":
                self._cancel_reminders(part)

    def _keep(self, ledger):
        figures = self._figures(ledger)
        self._close("kept", self.env._("%(paid)s paid, %(credited)s credited", **figures))
        self._log(
            self.env._(
                "Payment agreement kept: %(paid)s were paid and %(credited)s credited of"
                " %(agreed)s agreed.",
                **figures,
            )
        )
        if self.amount_waived and ledger.open:
            self._ask_to_book(ledger)

    def _ask_to_book(self, ledger):
        """What was waived still stands on the invoices: somebody has to credit it."""
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self._responsible().id,
            summary=self.env._(
                "Credit the %s that were waived", self.currency_id.format(ledger.open)
            ),
            note=self.env._("The agreement was kept. Reminders of the rest do not start again."),
        )

    def _break(self, ledger):
        late = self._in_order().filtered(
            lambda part: (
                part.state == "open"
                and part.date_due < self._today() - timedelta(days=self.grace_days)
            )
        )
        late.state = "missed"
        policy = self._policy()
        days = policy._restart_days()
        self.write({"restarts": days is not None, "restart_days": days or 0})
        figures = {**self._figures(ledger), "terms": self._terms()}
        self._close("broken", self.env._("%(paid)s paid of %(agreed)s", **figures))
        text = self.env._(
            "Payment agreement broken: %(paid)s paid of %(terms)s. Reminders start again.",
            **figures,
        )
        if self.amount_waived:
            waived = self.currency_id.format(self.amount_waived)
            text += " " + self.env._("What was waived (%s) is owed again.", waived)
        if days is not None:
            text += " " + self.env._("They start at the level “%s”.", policy.broken_level_id.name)
        self._log(text)
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self._responsible().id,
            summary=self.env._("%s broke a payment agreement", self.partner_id.name),
        )

    def _close(self, state, why):
        """An ended agreement: its invoices are free, and nothing of it is reminded any more."""
        self.write({"state": state, "ended_at": fields.Datetime.now(), "ended_why": why})
        self.line_ids.live = False
        self._cancel_reminders(self.instalment_ids)
        if state != "kept":
            self._owe_charges_again()
            self.env["dunning.message"]._cancel_notices(
                [("agreement_id", "in", self.ids)], self.env._("The agreement has ended")
            )

    def _cancel_reminders(self, parts):
        """Stop what waits to remind of these payments."""
        waiting = self.env["dunning.message"].search(
            [("instalment_id", "in", parts.ids), ("state", "in", STOPPABLE)]
        )
        note = self.env._("The agreed payment is settled or its agreement has ended")
        waiting._stop(note, "paid")

    def _reopen(self):
        """A kept agreement whose payment was taken back runs again, or is broken when its days
        have passed or its invoices are in another agreement by now."""
        for found, (standing, ledger) in self.sudo()._standings().items():
            agreement = found.with_context(lang=found.company_id.partner_id.lang)
            if agreement.state != "kept" or standing in ("kept", "gone"):
                continue
            agreement._note_instalments(ledger)
            taken = agreement.env["dunning.agreement.line"].search_count(
                [("move_id", "in", agreement.move_ids.ids), ("live", "=", True)], limit=1
            )
            if standing == "broken" or taken:
                agreement._break(ledger)
                continue
            agreement.line_ids.live = True
            agreement.write({"state": LIVE, "ended_at": False, "ended_why": False})
            agreement._log(
                agreement.env._(
                    "Payment agreement runs again: a payment that had been counted was taken back."
                )
            )

    def _responsible(self):
        return self.user_id or self._policy().user_id or self.env.user

    def _figures(self, ledger):
        amounts = {
            "paid": ledger.paid,
            "credited": ledger.credited + ledger.gone,
            "agreed": self.amount_agreed,
        }
        return {name: self.currency_id.format(value) for name, value in amounts.items()}

    # === WHAT THE PLAN ASKS ===

    @api.model
    def _resting(self, moves):
        """{invoice id: (impediment, due day up to which it counts or None)} by agreements that
        hold, and by kept ones whose waived rest is not booked yet. One that was broken rests
        nothing any more; the scheduled action, woken here, writes that down."""
        lines = (
            self.env["dunning.agreement.line"]
            .sudo()
            .search(
                [
                    ("move_id", "in", moves.ids),
                    "|",
                    ("live", "=", True),
                    "&",
                    ("agreement_id.state", "=", "kept"),
                    ("agreement_id.amount_waived", ">", 0),
                ]
            )
        )
        agreements = lines.agreement_id
        standings = agreements._standings()
        ended = False
        found = {}
        for line in lines:
            agreement = line.agreement_id
            standing, ledger = standings[agreement]
            currency = agreement.currency_id
            if agreement.state == "kept":
                if currency.compare_amounts(ledger.open, agreement.amount_waived) <= 0:
                    found[line.move_id.id] = (Impediment("hold_waived"), agreement.due_until)
            elif standing == "running":
                detail = {"detail": agreement._detail()}
                problem = Impediment("hold_agreement", detail)
                found[line.move_id.id] = (problem, agreement.due_until)
            else:
                ended = True
        if ended:
            self.env.ref("l10n_latam_dunning.ir_cron_agreements").sudo()._trigger()
        return found

    def _detail(self):
        """The agreement in a few words, for who asks why an invoice is not reminded."""
        return self.env._(
            "next payment agreed for %(date)s; responsible: %(who)s",
            date=self.next_date or "-",
            who=self.user_id.name or "-",
        )

    @api.model
    def _rearmed(self, moves):
        """{invoice id: Rearm} of invoices whose ladder started again at a level of the policy's
        choice after a broken agreement."""
        return {move: rearms[-1] for move, rearms in self._rearms(moves).items()}

    @api.model
    def _rearms(self, moves):
        """{invoice id: [Rearm]}: the same, each time that it happened."""
        found = defaultdict(list)
        for line in (
            self.env["dunning.agreement.line"]
            .sudo()
            .search(
                [
                    ("move_id", "in", moves.ids),
                    ("agreement_id.state", "=", "broken"),
                    ("agreement_id.restarts", "=", True),
                ],
                order="id",
            )
        ):
            agreement, rearms = line.agreement_id, found[line.move_id.id]
            gate = self.env["dunning.gate"]
            start = gate._local_day(agreement.partner_id, agreement.ended_at)
            rearms.append(Rearm(len(rearms) + 1, start, agreement.restart_days))
        return found

    # === CRON ===

    @api.model
    def _cron_follow(self):
        """Find the agreements that were kept or broken, and the offers that have ended; write to
        debtors who are to be written to."""
        waiting = self.search([("to_confirm", "=", True)])
        offers = self.search(
            [("state", "=", "proposed"), ("valid_until", "<", fields.Datetime.now())]
        )
        running = self.search([("state", "=", LIVE)])
        steps = [(one, one._confirm_waiting) for one in waiting]
        steps += [(one, one._expire) for one in offers]
        batches = (running[start : start + BATCH] for start in range(0, len(running), BATCH))
        steps += [(batch, batch._refresh) for batch in batches]
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(waiting) + len(offers) + len(running))
        for agreements, work in steps:
            retrying(work, self.env)
            if not commit(len(agreements)):
                return

    def _expire(self):
        """Nobody took the offer in time: reminders go on."""
        if self.state != "proposed" or self.valid_until >= fields.Datetime.now():
            return  # it was taken, or given more time, as this began
        offer = self.with_context(lang=self.company_id.partner_id.lang)
        offer._close("cancelled", offer.env._("the offer was not taken in time"))
        offer._end_pending_hold(offer.env._("The offer was not taken in time."))
        offer._log(offer.env._("The payment agreement that was offered was not taken in time."))
