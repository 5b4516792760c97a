from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, format_date

from ..core.law.gate import Impediment


class DunningBank(models.AbstractModel):
    """How far the bank is known: who may have paid already is not reminded."""

    _name = "dunning.bank"
    _description = "Age of the bank movements"

    @api.model
    def _stale(self, policies, at):
        """{policy id: impediment} of the policies whose bank journals are older than they allow
        at a naive UTC instant. Two queries for any number of policies."""
        policies = policies.filtered("bank_max_age_days").sudo()
        if not policies:
            return {}
        journals = defaultdict(self.env["account.journal"].sudo().browse)
        for journal in (
            self.env["account.journal"]
            .sudo()
            .search([("type", "=", "bank"), ("company_id", "in", policies.company_id.ids)])
        ):
            journals[journal.company_id] += journal
        watched = self.env["account.journal"].sudo().union(*journals.values())
        seen = self._seen(watched | policies.bank_journal_ids)
        found = {}
        for policy in policies:
            mine = policy.bank_journal_ids or journals[policy.company_id].filtered(seen.get)
            problem = self._judge(policy, {journal: seen.get(journal) for journal in mine}, at)
            if problem:
                found[policy.id] = problem
        return found

    @api.model
    def _judge(self, policy, seen, at):
        """The impediment by the journal that is known least far, or nothing."""
        if not seen:
            return Impediment("bank_stale", {"variant": "none"})
        journal, day = min(seen.items(), key=lambda row: str(row[1] or ""))
        if not day:
            return Impediment("bank_stale", {"variant": "empty", "journal": journal.name})
        if (at.date() - day).days <= policy.bank_max_age_days:
            return None
        figures = {
            "variant": "journal",
            "journal": journal.name,
            "date": format_date(self.env, day),
            "days": str(policy.bank_max_age_days),
        }
        return Impediment("bank_stale", figures)

    @api.model
    def _seen(self, journals):
        """{journal: day up to which its movements are known}, of those that have any. An addon
        that synchronises banks may say more."""
        self.env["account.bank.statement.line"].flush_model(["journal_id", "internal_index"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT journal.id, newest.date
                  FROM account_journal journal
    CROSS JOIN LATERAL (SELECT move.date
                          FROM account_bank_statement_line line
                          JOIN account_move move ON move.id = line.move_id
                         WHERE line.journal_id = journal.id
                           AND line.company_id = journal.company_id
                           AND move.state = 'posted'
                      ORDER BY line.internal_index DESC
                         LIMIT 1) newest
                 WHERE journal.id = ANY(%s)
                """,
                journals.ids,
            )
        )
        return {journals.browse(journal): day for journal, day in rows}

    @api.model
    def _on_their_way(self, company, partners):
        """{(debtor, currency): (amount, names)} of payments that are in process and have no
        journal entry yet: the ledger does not know of them. Those that name their invoices rest
        these by their payment state."""
        found = {}
        for payment in (
            self.env["account.payment"]
            .sudo()
            .search_fetch(
                [
                    ("company_id", "=", company.id),
                    ("partner_id.commercial_partner_id", "in", partners.ids),
                    ("state", "=", "in_process"),
                    ("payment_type", "=", "inbound"),
                    ("partner_type", "=", "customer"),
                    ("move_id", "=", False),
                    ("invoice_ids", "=", False),
                ],
                ["partner_id", "currency_id", "amount", "name", "memo"],
                order="id",
            )
        ):
            key = (payment.partner_id.commercial_partner_id, payment.currency_id)
            amount, names = found.get(key, (0.0, ()))
            found[key] = (amount + payment.amount, (*names, payment.name or payment.memo or ""))
        return found
