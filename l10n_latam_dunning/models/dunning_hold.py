from collections import defaultdict
from datetime import date, timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..core.law.gate import Hold, Impediment
from ..tools import aware

REASONS = [
    ("dispute", "Dispute"),
    ("payment_reported", "Payment reported"),
    ("agreement_pending", "Agreement offered"),
    ("calamity", "Calamity"),
    ("tax_office", "Claim or cancellation at the tax office"),
    ("lawsuit", "Lawsuit"),
    ("insolvency", "Insolvency"),
    ("deceased", "Death"),
    ("privacy", "Data protection right"),
    ("by_hand", "Paused by hand"),
]
SCOPES = [
    ("invoices", "Some invoices"),
    ("debtor", "A debtor"),
    ("state", "A state"),
    ("country", "A country"),
    ("company", "The whole company"),
]
PLACES = ("state", "country", "company")
# For a reported payment where no policy says more.
CHECK_DAYS = 3
OUTCOMES = [
    ("ended", "Ended"),
    ("confirmed", "Payment confirmed"),
    ("rejected", "Payment not found"),
]
# How a hold ended is written once; the rest is said when it is made.
ENDING = ("ended_at", "ended_by", "ended_why", "outcome", "payment_id")
SAID = (
    "company_id",
    "scope",
    "partner_id",
    "move_ids",
    "state_id",
    "country_id",
    "city",
    "reason",
    "date_from",
    "date_to",
    "user_id",
    "note",
    "replaces_id",
)


class DunningHold(models.Model):
    """Why, and until when, reminders rest: of invoices, a debtor, a place or a whole company.
    One mechanism for every cause. Ending a hold is a fact of its own; nobody edits or deletes."""

    _name = "dunning.hold"
    _description = "Hold on reminders"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    scope = fields.Selection(SCOPES, "What rests", required=True, default="debtor")
    partner_id = fields.Many2one(
        "res.partner", "Debtor", index="btree_not_null", ondelete="restrict"
    )
    move_ids = fields.Many2many(
        "account.move",
        "dunning_hold_move_rel",
        string="Invoices",
        check_company=True,
        domain="[('move_type', 'in', ('out_invoice', 'out_receipt')), ('state', '=', 'posted'), "
        "('commercial_partner_id', '=?', partner_id), ('company_id', '=', company_id)]",
    )
    state_id = fields.Many2one("res.country.state", ondelete="restrict", index="btree_not_null")
    country_id = fields.Many2one("res.country", ondelete="restrict", index="btree_not_null")
    city = fields.Char("Municipality", help="Only debtors of this city. Empty: the whole state.")
    reason = fields.Selection(REASONS, required=True, default="by_hand")
    date_from = fields.Datetime("From", required=True, default=fields.Datetime.now)
    date_to = fields.Datetime("Until", help="Empty: until somebody ends it.")
    user_id = fields.Many2one(
        "res.users", "Set by", required=True, readonly=True, default=lambda self: self.env.user
    )
    note = fields.Char(help="What happened, for everybody who asks why nothing is sent.")
    attachment_ids = fields.Many2many(
        "ir.attachment", "dunning_hold_attachment_rel", string="Evidence"
    )
    replaces_id = fields.Many2one(
        "dunning.hold", "In place of", ondelete="restrict", check_company=True
    )
    ended_at = fields.Datetime(readonly=True, copy=False)
    ended_by = fields.Many2one("res.users", readonly=True, copy=False)
    ended_why = fields.Char("Why it ended", readonly=True, copy=False)
    outcome = fields.Selection(OUTCOMES, readonly=True, copy=False)
    payment_id = fields.Many2one(
        "account.payment", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    whom = fields.Char("Of", compute="_compute_display_name")
    in_force = fields.Boolean(compute="_compute_in_force", search="_search_in_force")

    _scope_complete = models.Constraint(
        """CHECK (CASE scope
                  WHEN 'state' THEN state_id IS NOT NULL
                  WHEN 'country' THEN country_id IS NOT NULL
                  WHEN 'company' THEN TRUE
                  ELSE partner_id IS NOT NULL END)""",
        "Say which debtor, state or country the hold is about.",
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_to IS NULL OR date_to > date_from)", "A hold ends after it begins."
    )
    _open_idx = models.Index("(company_id, scope) WHERE ended_at IS NULL")

    # === COMPUTE ===

    @api.depends("reason", "scope", "partner_id", "state_id", "country_id", "company_id", "city")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for hold in self:
            hold.whom = hold._whom()
            hold.display_name = f"{hold._label()} · {hold.whom}"

    @api.depends("date_from", "date_to", "ended_at")
    def _compute_in_force(self):
        now = fields.Datetime.now()
        for hold in self:
            end = min(filter(None, (hold.date_to, hold.ended_at)), default=None)
            hold.in_force = hold.date_from <= now and not (end and end <= now)

    @api.model
    def _search_in_force(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._in_force_domain(fields.Datetime.now())

    # === CONSTRAINTS ===

    @api.constrains("scope", "move_ids", "partner_id")
    def _check_moves(self):
        for hold in self.filtered(lambda hold: hold.scope == "invoices"):
            if not hold.move_ids:
                raise ValidationError(self.env._("Choose the invoices that rest."))
            if hold.move_ids.commercial_partner_id != hold.partner_id:
                raise ValidationError(
                    self.env._("A hold on invoices is about one debtor: remove the others'.")
                )

    # === CRUD ===

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create([self._complete_vals(vals) for vals in vals_list])
        if (
            not self.env.su
            and not self.env.user.has_group("l10n_latam_dunning.group_dunning_manager")
            and any(hold.scope in PLACES for hold in holds)
        ):
            raise AccessError(
                self.env._("Only dunning managers can put a place or a company on hold.")
            )
        for hold in holds.sudo():
            hold._begin()
        return holds

    @api.model
    def _complete_vals(self, vals):
        """Who says it is never chosen; a hold on invoices knows its debtor by them."""
        vals = {name: value for name, value in vals.items() if name not in ENDING}
        if not self.env.su:
            vals["user_id"] = self.env.uid
        moves = self.new({"move_ids": vals.get("move_ids")}).move_ids._origin
        scope = vals.setdefault("scope", "invoices" if moves else "debtor")
        partner = self.env["res.partner"].browse(vals.get("partner_id") or [])
        if scope == "invoices" and not partner:
            partner = moves[:1].commercial_partner_id
        vals["partner_id"] = partner.commercial_partner_id.id
        if vals.get("reason") == "payment_reported" and not vals.get("date_to"):
            company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
            policy = self._policy_of(company, partner.commercial_partner_id)
            start = fields.Datetime.to_datetime(vals.get("date_from")) or fields.Datetime.now()
            days = policy.payment_check_days if policy else CHECK_DAYS
            vals["date_to"] = start + timedelta(days=days)
        return vals

    def write(self, vals):
        """What was said stays; an end is written once, by the addon."""
        ending = set(vals) & set(ENDING)
        again = ending and any(hold.ended_at for hold in self)
        if set(vals) & set(SAID) or again or (ending and not self.env.su):
            raise UserError(
                self.env._("A hold is evidence and is never changed. End it and set a new one.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A hold is evidence and is not deleted. End it instead."))

    # === ACTIONS ===

    def action_end(self):
        """Ask why, and how a reported payment turned out."""
        self.ensure_one()
        self._check_may_end()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_hold_end_action"
        )
        return {**action, "context": {"default_hold_id": self.id}}

    def action_narrow(self):
        """Set the same hold on some invoices only; this one ends when that is saved."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dunning.hold",
            "name": self.env._("Hold on some invoices"),
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "dialog_size": "large",
                "default_scope": "invoices",
                "default_company_id": self.company_id.id,
                "default_partner_id": self.partner_id.id,
                "default_reason": self.reason,
                "default_note": self.note,
                "default_date_to": self.date_to,
                "default_replaces_id": self.id,
            },
        }

    # === BUSINESS ===

    @api.model
    def _report_payment(self, company, partner, at, moves=None, note="", attachments=None):
        """The debtor says that he has paid: reminders rest for the policy's days, and the
        responsible is asked to look for the money."""
        return self.sudo().create(
            {
                "company_id": company.id,
                "partner_id": partner.commercial_partner_id.id,
                "scope": "invoices" if moves else "debtor",
                "move_ids": [fields.Command.set(moves.ids)] if moves else [],
                "reason": "payment_reported",
                "date_from": at,
                "note": note,
                "attachment_ids": [fields.Command.set(attachments.ids)] if attachments else [],
            }
        )

    def _begin(self):
        """What follows from a new hold: notes, a task, and waiting messages are decided anew."""
        self.ensure_one()
        hold = self.with_context(lang=self.company_id.partner_id.lang)
        if hold.replaces_id:
            hold.replaces_id._end(hold.env._("Replaced by a hold on some invoices."))
        if hold.reason == "payment_reported":
            hold._schedule_check()
        hold._log(hold.env._("Reminders rest: %s.", hold._words()))
        if self.date_from <= fields.Datetime.now():
            messages = self.env["dunning.message"].sudo()
            messages._ask_again(self._messages_domain(), hold._label())

    def _schedule_check(self):
        policy = self._policy_of(self.company_id, self.partner_id)
        user = policy.user_id or self.user_id
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            date_deadline=(self.date_to or self.date_from).date(),
            summary=self.env._("Has %s paid? Confirm or reject.", self.partner_id.name),
        )

    def _check_may_end(self):
        """A place or a company rests until a manager says otherwise, a data protection right
        until the privacy officer does."""
        self.check_access("write")
        for hold in self:
            role = "manager" if hold.scope in PLACES else "user"
            role = "privacy" if hold.reason == "privacy" else role
            privacy = self.env.user.has_group("l10n_latam_dunning.group_dunning_privacy")
            allowed = self.env.user.has_group(f"l10n_latam_dunning.group_dunning_{role}")
            if not allowed and not (privacy and role == "user"):
                raise AccessError(self.env._("Somebody with another role has to end this hold."))

    def _end(self, why, outcome="ended", payment=None):
        """Write down that holds have ended; who, when and why are kept."""
        ending = self.filtered(lambda hold: not hold.ended_at).sudo()
        ending.write(
            {
                "ended_at": fields.Datetime.now(),
                "ended_by": self.env.uid,
                "ended_why": why,
                "outcome": outcome,
                "payment_id": payment.id if payment else False,
            }
        )
        for held in ending:
            hold = held.with_context(lang=held.company_id.partner_id.lang)
            hold.activity_feedback(["mail.mail_activity_data_todo"], feedback=why)
            hold._log(
                hold.env._(
                    "Hold ended: %(what)s. %(why)s", what=hold._label(), why=why or ""
                ).strip()
            )
        return ending

    @api.model
    def _policy_of(self, company, partner):
        policies = self.env["dunning.policy"].sudo()._by_country(company)
        return self.env["dunning.plan"]._policy_of(policies, partner)

    def _messages_domain(self):
        """The messages of the debtors whom a hold is about."""
        domain = Domain("company_id", "=", self.company_id.id)
        if self.scope == "invoices":
            return domain & Domain("line_ids.move_id", "in", self.move_ids.ids)
        return domain & self._partners_domain("partner_id.")

    def _partners_domain(self, prefix=""):
        """The debtors whom a hold on a debtor, a place or a company is about."""
        self.ensure_one()
        if self.scope == "debtor":
            return Domain(f"{prefix}id", "=", self.partner_id.id)
        if self.scope == "company":
            return Domain.TRUE
        if self.scope == "country":
            return Domain(f"{prefix}country_id", "=", self.country_id.id)
        domain = Domain(f"{prefix}state_id", "=", self.state_id.id)
        return domain & Domain(f"{prefix}city", "=ilike", self.city) if self.city else domain

    # === WORDS ===

    def _label(self):
        labels = dict(self._fields["reason"]._description_selection(self.env))
        return labels.get(self.reason, "")

    def _whom(self):
        """Debtor or place in a few words."""
        if self.scope == "company":
            return self.company_id.name or ""
        place = self.state_id if self.scope == "state" else self.country_id
        name = self.partner_id.name if self.scope in ("invoices", "debtor") else place.name
        return ", ".join(filter(None, [self.city if self.scope == "state" else "", name]))

    def _words(self):
        """Cause, place, note, since when and by whom: for the why panel and the chatter."""
        self.ensure_one()
        what = [self._label(), self._whom() if self.scope in PLACES else "", self.note]
        return self.env._(
            "%(what)s; since %(date)s, %(who)s",
            what=", ".join(filter(None, what)),
            date=format_date(self.env, self.date_from),
            who=self.user_id.name,
        )

    def _log(self, text):
        """A note on the hold, and on the invoices or the debtor that it names."""
        for hold in self:
            body = Markup("<p>%s</p>") % text
            hold._message_log(body=body)
            records = hold.move_ids if hold.scope == "invoices" else hold.partner_id
            if records:
                records._message_log_batch({record.id: body for record in records})

    # === FACTS FOR THE GATE ===

    @api.model
    def _in_force_domain(self, at):
        return (
            Domain("date_from", "<=", at)
            & (Domain("date_to", "=", False) | Domain("date_to", ">", at))
            & (Domain("ended_at", "=", False) | Domain("ended_at", ">", at))
        )

    @api.model
    def _facts(self, candidates, at):
        """{(debtor id, company id): holds in force at a naive UTC instant} on debtors, places and
        companies; the same few queries for any number of candidates."""
        return self._facts_of({(c.partner, c.company) for c in candidates}, at)

    @api.model
    def _facts_of(self, pairs, at):
        """The same for (debtor, company) pairs."""
        holds = self._search_about(pairs, self._in_force_domain(at))
        return self._by_debtor(pairs, holds, lambda hold: hold._fact())

    @api.model
    def _facts_within(self, pairs, at, end):
        """{(debtor id, company id): [(from, until, hold)]} of all that touch a span of time."""
        within = Domain("date_from", "<=", end)
        for name in ("date_to", "ended_at"):
            within &= Domain(name, "=", False) | Domain(name, ">", at)
        holds = self._search_about(pairs, within)
        return self._by_debtor(pairs, holds, lambda hold: (*hold._span(), hold._fact()))

    @api.model
    def _resting(self, moves, at):
        """{invoice id: what stands against asking for it} by the holds on single invoices."""
        domain = self._in_force_domain(at) & Domain("scope", "=", "invoices")
        found = {}
        for hold in self.sudo().search(domain & Domain("move_ids", "in", moves.ids), order="id"):
            fact = hold._fact()
            figures = {"reason": fact.reason, "detail": fact.detail}
            problem = Impediment(f"hold_{fact.reason}", figures, until=fact.until)
            for move in hold.move_ids:
                known = found.setdefault(move.id, problem)
                # of several the one that lasts longest is told
                if known.until and (not problem.until or problem.until > known.until):
                    found[move.id] = problem
        return found

    @api.model
    def _spans(self, moves):
        """{invoice id: [(first day, day after the last, code)]} of all holds on invoices."""
        spans = defaultdict(list)
        domain = Domain("scope", "=", "invoices") & Domain("move_ids", "in", moves.ids)
        for hold in self.sudo().search(domain):
            start, end = hold._span()
            last = end.date() if end else date.max
            for move in hold.move_ids:
                spans[move.id].append((start.date(), last, f"hold_{hold.reason}"))
        return spans

    @api.model
    def _words_about(self, moves, at):
        """{invoice: what the holds that let its reminders rest say}, in one query."""
        pairs = {(move.commercial_partner_id, move.company_id) for move in moves}
        single = Domain("scope", "=", "invoices") & Domain("move_ids", "in", moves.ids)
        holds = self._search_about(pairs, self._in_force_domain(at), single)
        own = holds.filtered(lambda hold: hold.scope == "invoices")
        wide = self._by_debtor(pairs, holds - own, lambda hold: hold._words())
        return {
            move: [hold._words() for hold in own if move in hold.move_ids]
            + wide[move.commercial_partner_id.id, move.company_id.id]
            for move in moves
        }

    @api.model
    def _search_about(self, pairs, domain, beside=Domain.FALSE):
        partners = [partner.id for partner, _company in pairs]
        companies = list({company.id for _partner, company in pairs})
        about = Domain("scope", "in", PLACES) | (
            Domain("scope", "=", "debtor") & Domain("partner_id", "in", partners)
        )
        about |= beside
        return self.sudo().search(domain & about & Domain("company_id", "in", companies))

    @api.model
    def _by_debtor(self, pairs, holds, fact):
        own, wide = defaultdict(list), defaultdict(list)
        for hold in holds:
            row = (hold, fact(hold))
            if hold.scope == "debtor":
                own[hold.partner_id, hold.company_id].append(row)
            else:
                wide[hold.company_id].append(row)
        facts = defaultdict(list)
        for partner, company in pairs:
            rows = own[partner, company] + wide[company]
            facts[partner.id, company.id] = [row for hold, row in rows if hold._is_about(partner)]
        return facts

    def _is_about(self, partner):
        """Whether a hold on a debtor or a place is about this debtor."""
        if self.scope == "country":
            return partner.country_id == self.country_id
        if self.scope == "state":
            return partner.state_id == self.state_id and (
                not self.city or _plain(self.city) == _plain(partner.city)
            )
        return True

    def _span(self):
        """(from, until or nothing) as aware instants, as it was in the end."""
        end = min(filter(None, (self.date_to, self.ended_at)), default=None)
        return aware(self.date_from), aware(end) if end else None

    def _fact(self):
        until = aware(self.date_to) if self.date_to else None
        return Hold(self.reason, until, self._words())


def _plain(text):
    return (text or "").strip().casefold()
