from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.debt.interest import Charges, Debt, Terms, charge_or_say_why
from ..core.law.charge_limits import Figures, limits
from ..tools import to_decimal
from .dunning_plan import SALE_TYPES

NOTHING = Decimal(0)
ONE_DAY = timedelta(days=1)
# A payment that is registered but has no journal entry yet stops interest all the same.
UNDER_WAY = ("in_process", "paid")


@dataclass(slots=True)
class Known:
    """What is known of many instalments: what was taken off each, by line id; the live rows of
    the ledger, and the first day on which the debtor was reached, by (invoice id, due day)."""

    settled: dict[int, list[tuple[date, Decimal]]]
    rows: dict[tuple[int, date], Any]
    reached: dict[tuple[int, date], date]
    limits: dict[tuple[Any, ...], Any] = field(default_factory=dict)


class DunningCharge(models.Model):
    """What open instalments amount to: their policy's terms within the law's limits."""

    _inherit = "dunning.charge"

    # === PUBLIC TO THE OTHER ROOMS ===

    @api.model
    def _for_lines(self, lines, day=None):
        """{receivable line: :class:`Charges`} on a day, by default today at each debtor; a
        constant number of queries for any number of lines.

        A line whose policy charges nothing gets its open amount alone; so does one for which it
        cannot be said what may be charged, with the reason in ``unknown``.
        """
        policies = self._policies(lines)
        days = self._days(lines.partner_id, day)
        # on another day than today even an amount without charges is read from its history
        read = lines.filtered(lambda line: day or policies[line]._charges())
        known = self._known(read, days)
        charges = {}
        for mine in self._instalments(read).values():
            policy, today = policies[mine[0]], days[mine[0].partner_id]
            charges.update(self._charge(mine, policy, known, today))
        for line in lines - read:
            charges[line] = self._only_open(line, days[line.partner_id])
        return charges

    @api.model
    def _for_moves(self, moves, day=None):
        """{invoice: :class:`Charges`} on a day, of all instalments together, paid ones too: they
        may have been paid late."""
        lines = moves.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        of_lines = self._for_lines(lines, day)
        return {
            move: self._sum(
                [of_lines[line] for line in lines if line.move_id == move],
                self._days(move.commercial_partner_id, day)[move.commercial_partner_id],
            )
            for move in moves
        }

    @api.model
    def _sum(self, charges, day):
        """The charges of several lines in one currency as one."""
        return reduce(add, charges) if charges else Charges(NOTHING, day)

    # === PARTS ===

    @api.model
    def _days(self, partners, day):
        """{debtor: the day to calculate for}."""
        gate, now = self.env["dunning.gate"], fields.Datetime.now()
        return {partner: day or gate._local_day(partner, now) for partner in partners}

    @api.model
    def _policies(self, lines):
        """{line: its debtor's policy, or nothing where the line bears no charges}: interest is
        not taken on interest."""
        plan = self.env["dunning.plan"]
        of_company = {
            company: self.env["dunning.policy"].sudo()._by_country(company)
            for company in lines.company_id
        }
        none = self.env["dunning.policy"]
        return {
            line: plan._policy_of(of_company[line.company_id], line.partner_id)
            if self._bears_charges(line)
            else none
            for line in lines
        }

    @api.model
    def _bears_charges(self, line):
        move = line.move_id
        return bool(
            move.move_type in SALE_TYPES
            and move.state == "posted"
            and line.date_maturity
            and line.amount_currency > 0
            and not move.dunning_charge_origin_id
        )

    @api.model
    def _only_open(self, line, day):
        return Charges(to_decimal(line.currency_id, line.amount_residual_currency), day)

    @api.model
    def _instalments(self, lines):
        """{(invoice, due day): lines}: lines of one invoice that fall due together are one
        instalment, and its fine is taken once."""
        found = defaultdict(lines.browse)
        for line in lines:
            found[line.move_id, line.date_maturity] += line
        return found

    @api.model
    def _charge(self, lines, policy, known, day):
        """{line: charges} of one instalment; the first line carries what is added."""
        first = lines[0]
        terms = policy._charge_terms(first) if policy else Terms()
        limits_ = known.limits[self._limits_key(first)]
        whole = charge_or_say_why(self._debt(lines, known, day), terms, limits_, day)
        if len(lines) == 1:
            return {first: whole}
        charges = {line: Charges(self._debt(line, known, day).open_on(day), day) for line in lines}
        charges[first] = replace(whole, principal=charges[first].principal)
        return charges

    @api.model
    def _debt(self, lines, known, day):
        """An instalment and its history as the core wants them."""
        line, currency = lines[0], lines.currency_id
        key = (line.move_id.id, line.date_maturity)
        left = to_decimal(currency, sum(lines.mapped("amount_currency")))
        balance = {date.min: left}
        for paid_on, amount in sorted(taken for one in lines for taken in known.settled[one.id]):
            left -= amount
            balance[paid_on] = left
        rows = known.rows.get(key, self.browse()).filtered(lambda row: row.date <= day)
        interest = rows.filtered(lambda row: row.component == "interest")
        waived = interest.filtered(lambda row: row.kind == "waived")
        return Debt(
            due=line.date_maturity or line.date,
            balance=tuple(sorted(balance.items())),
            quantum=Decimal(str(currency.rounding)),
            charged=to_decimal(currency, sum((interest - waived).mapped("amount"))),
            waived=tuple((row.date_from, row.date_to) for row in waived),
            settled=frozenset((rows - interest).mapped("component")),
            contacted_on=known.reached.get(key),
        )

    # === FACTS ===

    @api.model
    def _known(self, lines, days):
        """All that is needed to charge these lines, set-based."""
        known = Known(
            self._settlements(lines), self._live_rows(lines.move_id), self._reached(lines.move_id)
        )
        first, last = {}, {}
        for line in lines:
            key, day = self._limits_key(line), days[line.partner_id]
            due = line.date_maturity or line.date
            first[key] = min(due, first.get(key, due))
            last[key] = max(day, last.get(key, day))
        law = self.env["dunning.jurisdiction"]._law_book()
        tables = self.env["dunning.rate"]._tables({key[2:] for key in first if key[2]})
        for key in first:
            state, kind, *place = key
            known.limits[key] = limits(
                law,
                tables.get(tuple(place)) or Figures.of(()),
                country=place[0].code or "",
                state=state,
                debtor_kind=kind,
                start=first[key],
                end=max(last[key], first[key]) + ONE_DAY,
            )
        return known

    @api.model
    def _limits_key(self, line):
        """What the law's limits on a line depend on: (state, kind of debtor, country, currency,
        company)."""
        partner = line.partner_id
        state = self.env["dunning.jurisdiction"]._state_iso(partner.state_id.id)
        return (
            state,
            partner.dunning_debtor_kind or "consumer",
            partner.country_id,
            line.currency_id,
            line.company_id,
        )

    @api.model
    def _live_rows(self, moves):
        """{(invoice id, due day): rows of the ledger that count}. Where the due day was changed
        after it was charged, the rows go with the invoice's first instalment."""
        dues = defaultdict(set)
        for line in moves.line_ids:
            if line.account_type == "asset_receivable" and line.date_maturity:
                dues[line.move_id].add(line.date_maturity)
        rows = defaultdict(self.sudo().browse)
        for row in self.sudo().search([("move_id", "in", moves.ids), ("live", "=", True)]):
            own = dues[row.move_id]
            due = row.date_due if row.date_due in own else min(own, default=row.date_due)
            rows[row.move_id.id, due] += row
        return rows

    @api.model
    def _reached(self, moves):
        """{(invoice id, due day): first day on which a message about it is known to have reached
        the debtor}, from the due day on."""
        lines = (
            self.env["dunning.message.line"]
            .sudo()
            .search_fetch(
                [
                    ("move_id", "in", moves.ids),
                    ("message_id.state", "in", ("sent", "delivered", "read")),
                ],
                ["move_id", "date_due", "message_id"],
            )
        )
        reached = {}
        for line in lines:
            day, key = line.message_id._reached_on(), (line.move_id.id, line.date_due)
            if day and day >= line.date_due:
                reached[key] = min(day, reached.get(key, day))
        return reached

    @api.model
    def _settlements(self, lines):
        """{line id: [(day, amount)]}: what was taken off it. A credit note counts from the
        beginning: what it takes back was never owed."""
        settled = defaultdict(list)
        if not lines:
            return settled
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move"].flush_model(["move_type"])
        currencies = {line.id: line.currency_id for line in lines}
        query = SQL(
            """
            SELECT part.debit_move_id, part.max_date, part.debit_amount_currency, move.move_type
              FROM account_partial_reconcile part
              JOIN account_move_line other ON other.id = part.credit_move_id
              JOIN account_move move ON move.id = other.move_id
             WHERE part.debit_move_id = ANY(%s)
            """,
            lines.ids,
        )
        for line, day, amount, move_type in self.env.execute_query(query):
            since = date.min if move_type == "out_refund" else day
            settled[line].append((since, to_decimal(currencies[line], amount)))
        for line, day, amount in self._under_way(lines):
            settled[line.id].append((day, amount))
        return settled

    @api.model
    def _under_way(self, lines):
        """[(line, day, amount)] of payments without a journal entry so far, the earliest
        instalment first."""
        taken = []
        for move in lines.move_id.filtered(lambda move: move.payment_state == "in_payment"):
            payments = move.sudo().matched_payment_ids.filtered(
                lambda payment: not payment.move_id and payment.state in UNDER_WAY
            )
            open_ = {
                line: to_decimal(line.currency_id, line.amount_residual_currency)
                for line in lines.filtered(lambda line, move=move: line.move_id == move).sorted(
                    "date_maturity"
                )
            }
            for payment in payments.sorted("date"):
                amount = payment.currency_id._convert(
                    payment.amount, move.currency_id, move.company_id, payment.date
                )
                left = to_decimal(move.currency_id, amount)
                for line in open_:
                    part = min(left, open_[line])
                    if part:
                        taken.append((line, payment.date, part))
                        open_[line] -= part
                        left -= part
        return taken
