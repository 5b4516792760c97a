from datetime import timedelta
from decimal import Decimal

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..core.debt.interest import Terms
from ..core.debt.rate import Rate, plain
from ..core.law.charge_limits import limits
from ..tools import to_decimal
from .dunning_rate import UNITS

ONE_DAY = timedelta(days=1)
PERCENT = (12, 4)
PERIODS = [(key, label) for key, label in UNITS if key not in ("amount", "year effective")]
KINDS_OF_DEBTOR = ("consumer", "micro", "business")


class DunningPolicy(models.Model):
    """What a policy adds to an overdue debt. Nothing, unless a manager says so; and never more
    than the law of the debtor's place allows on each day."""

    _name = "dunning.policy"
    _inherit = ["dunning.policy", "dunning.cached"]

    charge_interest = fields.Selection(
        [
            ("none", "None"),
            ("rate", "At a rate"),
            ("ceiling", "As much as the law allows"),
        ],
        "Interest",
        required=True,
        default="none",
        help="Simple interest on what is open, for each day of delay. Ask for it only where it was "
        "agreed with the customer.",
    )
    charge_rate = fields.Float("Rate (%)", digits=PERCENT)
    charge_rate_per = fields.Selection(PERIODS, "Rate is", default="month")
    charge_fine = fields.Float("Fine (%)", digits=PERCENT, help="Once, on what is open then.")
    charge_fee = fields.Selection(
        [("none", "None"), ("amount", "An amount"), ("scale", "The scale of the law")],
        "Collection fee",
        required=True,
        default="none",
        help="Once. The scale of the law is there only where the law has one, as in Chile.",
    )
    charge_fee_amount = fields.Monetary("Fee")
    charge_grace_days = fields.Integer(
        "Days of grace", help="They bear nothing, not even when they have passed."
    )
    charge_interest_product_id = fields.Many2one(
        "product.product", "Interest is booked as", check_company=True, ondelete="restrict"
    )
    charge_fine_product_id = fields.Many2one(
        "product.product", "Fine is booked as", check_company=True, ondelete="restrict"
    )
    charge_fee_product_id = fields.Many2one(
        "product.product", "Fee is booked as", check_company=True, ondelete="restrict"
    )
    charge_journal_id = fields.Many2one(
        "account.journal",
        "Booked in",
        check_company=True,
        domain="[('type', '=', 'sale')]",
        ondelete="restrict",
        help="Empty: in the journal of the invoice.",
    )
    charge_note = fields.Html("What the law says", compute="_compute_charge_note", sanitize=False)
    charge_warning = fields.Text(compute="_compute_charge_note")

    _charges_not_negative = models.Constraint(
        "CHECK (charge_rate >= 0 AND charge_fine >= 0 AND charge_fee_amount >= 0"
        " AND charge_grace_days >= 0)",
        "Rates, amounts and days of grace cannot be negative.",
    )

    # === COMPUTE ===

    @api.depends("country_id", "charge_interest", "charge_fine", "charge_fee")
    def _compute_charge_note(self):
        for policy in self:
            rules = policy._charge_law()
            items = Markup("").join(policy._charge_law_item(rule) for rule in rules)
            policy.charge_note = Markup("<ul>%s</ul>") % items if items else False
            policy.charge_warning = "\n".join(policy._charge_problems()) or False

    def _charge_law(self):
        """The rules of the country's law in force on interest, fine and fees."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        if not self.country_id:
            return self.env["dunning.jurisdiction.rule"]
        return self.env["dunning.jurisdiction.rule"].search(
            [
                ("kind", "in", ("interest_cap", "fine_cap", "fee_scale")),
                ("jurisdiction_id.country_id", "=", self.country_id.id),
                ("jurisdiction_id.date_from", "<=", today),
                "|",
                ("jurisdiction_id.date_to", "=", False),
                ("jurisdiction_id.date_to", ">=", today),
            ]
        )

    @api.model
    def _charge_law_item(self, rule):
        texts = " · ".join(filter(None, (rule.legal, rule.prudent)))
        item = Markup("%s <span class='text-muted'>[%s]</span>") % (texts, rule.legal_reference)
        if rule.source_url:
            item += Markup(' <a href="%s" target="_blank" rel="noreferrer">%s</a>') % (
                rule.source_url,
                self.env._("source"),
            )
        if rule.note:
            item += Markup("<br/><small>%s</small>") % rule.note
        return Markup("<li>%s</li>") % item

    # === CONSTRAINTS ===

    @api.constrains(
        "country_id",
        "charge_interest",
        "charge_rate",
        "charge_rate_per",
        "charge_fine",
        "charge_fee",
        "charge_fee_amount",
    )
    def _check_charges(self):
        for policy in self.filtered(lambda policy: policy._charges() and policy.country_id):
            policy._check_charge_rules()
            policy._check_charge_ceilings()

    def _check_charge_rules(self):
        """Refuse what the law pack of the country says nothing of."""
        for kind, wanted, label in (
            ("interest_cap", "interest", self.env._("interest")),
            ("fine_cap", "fine", self.env._("a fine")),
            ("fee_scale", "fees", self.env._("collection fees")),
        ):
            asked = wanted in self._charge_terms_of().wanted
            if asked and kind not in self._charge_law().mapped("kind"):
                raise ValidationError(
                    self.env._(
                        "The law pack of %(country)s says nothing of %(what)s. What has no rule is "
                        "not asked for: take it off the policy.",
                        country=self.country_id.name,
                        what=label,
                    )
                )

    def _check_charge_ceilings(self):
        """Refuse a rate or a fine that today's law allows for no kind of debtor."""
        terms, today = self._charge_terms_of(), fields.Date.context_today(self)
        spans = [self._charge_limits(kind, today) for kind in KINDS_OF_DEBTOR]
        rates = [min(s.interest, key=lambda s: s.value.daily(today)) for s in spans if s.interest]
        fines = [min(s.fine, key=lambda span: span.value) for s in spans if s.fine]
        if terms.interest and rates:
            highest = max(rates, key=lambda span: span.value.daily(today))
            if terms.interest.daily(today) > highest.value.daily(today):
                self._refuse_charge(str(terms.interest), str(highest.value), highest.reference)
        if terms.fine and fines:
            highest = max(fines, key=lambda span: span.value)
            if terms.fine > highest.value:
                self._refuse_charge(
                    f"{plain(terms.fine)}%", f"{plain(highest.value)}%", highest.reference
                )

    def _refuse_charge(self, own, allowed, reference):
        raise ValidationError(
            self.env._(
                "%(own)s is more than the law of %(country)s allows: at most %(allowed)s "
                "[%(reference)s]. Enter that or less.",
                own=own,
                country=self.country_id.name,
                allowed=allowed,
                reference=reference,
            )
        )

    # === BUSINESS ===

    @api.model
    @ormcache()
    def _charging_companies(self):
        """Ids of the companies that add anything to a debt: for the others there is nothing to
        calculate. Kept until a policy changes."""
        policies = self.sudo().search([("company_id", "!=", False)])
        return frozenset(policies.filtered(lambda policy: policy._charges()).company_id.ids)

    def _charges(self):
        """Whether anything is added to a debt."""
        return bool(self) and bool(self._charge_terms_of().wanted)

    def _charge_terms_of(self, fee=None):
        """The terms of the policy; ``fee`` in the currency of the debt."""
        self.ensure_one()
        rate = Decimal(str(self.charge_rate))
        own = self.charge_interest == "rate" and rate
        return Terms(
            interest=Rate(rate, self.charge_rate_per or "month") if own else None,
            at_ceiling=self.charge_interest == "ceiling",
            fine=Decimal(str(self.charge_fine)),
            fee=Decimal(str(self.charge_fee_amount if fee is None else fee))
            if self.charge_fee == "amount"
            else Decimal(0),
            fee_by_law=self.charge_fee == "scale",
            grace_days=self.charge_grace_days,
        )

    def _charge_terms(self, line):
        """The terms for an instalment, in its currency."""
        if self.charge_fee != "amount" or line.currency_id == self.currency_id:
            return self._charge_terms_of()
        fee = self.currency_id._convert(
            self.charge_fee_amount, line.currency_id, line.company_id, line.date_maturity
        )
        return self._charge_terms_of(to_decimal(line.currency_id, fee))

    def _charge_limits(self, kind, day):
        """The law's limits in the policy's country on one day, for debts in its own currency."""
        company = self.company_id or self.env.company
        currency = self.country_id.currency_id or company.currency_id
        place = (self.country_id, currency, company)
        return limits(
            self.env["dunning.jurisdiction"]._law_book(),
            self.env["dunning.rate"]._tables({place})[place],
            country=self.country_id.code,
            debtor_kind=kind,
            start=day,
            end=day + ONE_DAY,
        )

    def _charge_problems(self):
        """Why nothing could be charged to a consumer today, in words."""
        self.ensure_one()
        if not self.country_id or not self._charges():
            return []
        today = fields.Date.context_today(self)
        found, problems = self._charge_limits("consumer", today), []
        for component in sorted(self._charge_terms_of().wanted):
            for hole in found.holes.get(component, ()):
                words = self.env["dunning.charge"]._explain_unknown(hole.code, hole.figures)
                problems.append(words)
        return list(dict.fromkeys(problems))
