from datetime import datetime, time

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..core.law.retention import longest
from ..tools import cited
from .dunning_agreement import LIVE, OPEN
from .dunning_evidence_facts import UNSETTLED

# What is not paid to the end.
UNPAID = ("not_paid", "partial", "in_payment", "blocked")
# Holds that mean that somebody still argues, or a court does.
ARGUED = ("dispute", "payment_reported", "tax_office", "lawsuit", "insolvency")


class DunningRetention(models.AbstractModel):
    """How long the law of a debtor's country has evidence of contacts kept, and what is older.
    Without a country, or a rule for it, everything is kept."""

    _name = "dunning.retention"
    _description = "Retention of personal data"

    # === LAW ===

    @api.model
    def _rule(self, country):
        """The rule of a country that keeps longest, or nothing."""
        if not country:
            return None
        book = self.env["dunning.jurisdiction"]._law_book()
        law = book.in_force(country.code, "", fields.Date.context_today(self))
        return longest(law.retentions) if law else None

    @api.model
    def _in_words(self, rule):
        """A rule with its source, for people."""
        years, months = divmod(rule.term.months, 12)
        term = (
            self.env._("%s months", rule.term.months) if months else self.env._("%s years", years)
        )
        return f"{term} [{cited(self.env, rule.citation.legal_reference)}]"

    @api.model
    def _cutoff(self, rule):
        """The instant before which the term of this rule has run out."""
        day = rule.term.before(fields.Date.context_today(self))
        return datetime.combine(day, time.min)

    # === WHAT IS PAST ===

    @api.model
    def _past(self, model, country, before, companies):
        """The domain of a country's records of a model whose term has run out, and of which
        nothing is open any more."""
        domain = Domain("erased_at", "=", False) & Domain("create_date", "<", before)
        if model == "dunning.consent":
            return domain & Domain("partner_id", "in", self._gone(country, before))
        domain &= Domain("company_id", "in", companies.ids)
        if model == "dunning.event":
            return (
                domain
                & Domain("state", "in", ("done", "ignored"))
                & Domain("message_id", "not any", [("line_ids", "any", self._unpaid())])
                & (
                    Domain("partner_id.country_id", "=", country.id)
                    | Domain("message_id.partner_id.country_id", "=", country.id)
                )
            )
        domain &= Domain("partner_id.country_id", "=", country.id)
        if model == "dunning.message":
            return (
                domain
                & Domain("write_date", "<", before)
                & Domain("state", "not in", (*UNSETTLED, "uncertain"))
                & Domain("line_ids", "not any", self._unpaid())
            )
        return domain & Domain("partner_id", "in", self._gone(country, before))

    @api.model
    def _unpaid(self):
        """Lines of invoices that are not paid to the end."""
        return Domain("move_id.payment_state", "in", UNPAID)

    @api.model
    def _gone(self, country, before):
        """The ids of debtors of a country with whom nothing happened since, and with whom nothing
        is open."""
        for name in (
            "dunning.message",
            "dunning.event",
            "dunning.consent",
            "dunning.trace",
            "dunning.page.answer",
            "dunning.contact.link",
        ):
            self.env[name].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.id FROM res_partner p
                 WHERE p.country_id = %(country)s
                   AND (EXISTS (SELECT FROM dunning_consent c
                                 WHERE c.partner_id = p.id AND c.erased_at IS NULL)
                     OR EXISTS (SELECT FROM dunning_contact_link l WHERE l.partner_id = p.id)
                     OR EXISTS (SELECT FROM dunning_page_answer a
                                 WHERE a.partner_id = p.id AND a.erased_at IS NULL)
                     OR EXISTS (SELECT FROM dunning_trace t
                                 WHERE t.partner_id = p.id AND t.erased_at IS NULL))
                   AND NOT EXISTS (SELECT FROM dunning_consent c
                                    WHERE c.partner_id = p.id AND c.create_date >= %(before)s)
                   AND NOT EXISTS (SELECT FROM dunning_message m
                                    WHERE m.partner_id = p.id AND m.create_date >= %(before)s)
                   AND NOT EXISTS (SELECT FROM dunning_event e
                                    WHERE e.partner_id = p.id AND e.create_date >= %(before)s)
                   AND NOT EXISTS (SELECT FROM dunning_trace t
                                    WHERE t.partner_id = p.id AND t.create_date >= %(before)s)
                   AND NOT EXISTS (SELECT FROM dunning_page_answer a
                                    WHERE a.partner_id = p.id AND a.create_date >= %(before)s)
                """,
                country=country.id,
                before=before,
            )
        )
        partners = self.env["res.partner"].sudo().browse([id_ for (id_,) in rows])
        return (partners - self._busy(partners)).ids

    # === WHAT IS OPEN ===

    @api.model
    def _busy(self, partners):
        """Those of these partners with whom something is still open."""
        debtors = partners.commercial_partner_id
        busy = self.env["res.partner"].sudo()
        for model, domain in self._open_domains(debtors):
            groups = self.env[model].sudo()._read_group(domain, ["partner_id"])
            for (partner,) in groups:
                busy |= partner.commercial_partner_id
        return partners.filtered(lambda partner: partner.commercial_partner_id in busy)

    @api.model
    def _open_domains(self, debtors):
        """What stands against an erasure, as (model, domain) each with a partner_id."""
        of = Domain("partner_id", "child_of", debtors.ids)
        now = fields.Datetime.now()
        return [
            (
                "account.move.line",
                of
                & Domain("account_type", "=", "asset_receivable")
                & Domain("parent_state", "=", "posted")
                & Domain("reconciled", "=", False)
                & Domain("amount_residual", ">", 0),
            ),
            ("dunning.agreement", of & Domain("state", "in", (*OPEN, LIVE))),
            (
                "dunning.hold",
                of
                & Domain("reason", "in", ARGUED)
                & Domain("ended_at", "=", False)
                & (Domain("date_to", "=", False) | Domain("date_to", ">", now)),
            ),
            ("dunning.message", of & Domain("state", "in", (*UNSETTLED, "uncertain"))),
            ("dunning.event", of & Domain("state", "in", ("new", "unmatched", "failed"))),
        ]

    @api.model
    def _obstacles(self, debtor):
        """Why the personal data of a debtor cannot be erased now, as sentences."""
        sentences = {
            "account.move.line": self.env._("%s instalment(s) are still open."),
            "dunning.agreement": self.env._("%s payment agreement(s) are not at an end."),
            "dunning.hold": self.env._("%s dispute(s) or proceedings are not at an end."),
            "dunning.message": self.env._("%s message(s) still wait, or their fate is unknown."),
            "dunning.event": self.env._("%s reply or replies still wait for a person."),
        }
        found = []
        for model, domain in self._open_domains(debtor.commercial_partner_id):
            count = self.env[model].sudo().search_count(domain)
            if count:
                found.append(sentences[model] % count)
        if not self._rule(debtor.country_id or debtor.commercial_partner_id.country_id):
            found.append(
                self.env._(
                    "No country with a rule is known of the debtor: nobody can say how long the "
                    "law has the evidence kept. Enter the country first."
                )
            )
        return found

    # === ONE PERSON ===

    @api.model
    def _of_person(self, debtor, company):
        """({model: records that may go now}, {model: records that are kept}) of a debtor."""
        rule = self._rule(debtor.country_id)
        persons = self.env["res.partner"].sudo().search([("id", "child_of", debtor.id)])
        before = self._cutoff(rule)
        mine = Domain("partner_id", "in", persons.ids) & Domain("erased_at", "=", False)
        own = mine & Domain("company_id", "=", company.id)
        message = Domain("message_id.partner_id", "in", persons.ids)
        # what a request itself leaves behind proves that it was answered, and holds no number
        answers = Domain("proof", "=like", "dunning.privacy.request,%")
        wanted = {
            "dunning.message": own,
            "dunning.event": Domain("erased_at", "=", False)
            & Domain("company_id", "=", company.id)
            & (Domain("partner_id", "in", persons.ids) | message),
            "dunning.trace": own & Domain("model", "!=", "dunning.privacy.request"),
            "dunning.consent": mine & ~answers,
            "dunning.page.answer": own,
        }
        go, keep = {}, {}
        for model, domain in wanted.items():
            Model = self.env[model].sudo().with_context(active_test=False)
            go[model] = Model.search(domain & Domain("create_date", "<", before), order="id")
            keep[model] = Model.search(domain & Domain("create_date", ">=", before), order="id")
        return go, keep

    @api.model
    def _points_to_erase(self, persons):
        """The numbers and addresses of these persons that nobody else has, and that no message or
        consent still needs."""
        points = (
            self.env["dunning.contact.point"].sudo().search([("partner_ids", "in", persons.ids)])
        )
        free = points.filtered(lambda point: point.partner_ids <= persons)
        for model in ("dunning.message", "dunning.consent"):
            domain = Domain("contact_point_id", "in", free.ids) & Domain("erased_at", "=", False)
            if model == "dunning.consent":
                domain &= ~Domain("proof", "=like", "dunning.privacy.request,%")
            for (point,) in self.env[model].sudo()._read_group(domain, ["contact_point_id"]):
                free -= point
        return free
