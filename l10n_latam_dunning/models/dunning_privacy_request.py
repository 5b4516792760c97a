from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..core import phones
from ..groups import FULL
from .dunning_agreement_acceptance import HOW

PRIVACY = "l10n_latam_dunning.group_dunning_privacy"
# How a wish came in, as the source of a withdrawal.
SOURCES = {"call": "phone", "counter": "counter", "letter": "form", "page": "web"}
CORRECTABLE = [
    ("name", "Name"),
    ("phone", "Telephone"),
    ("email", "E-mail"),
    ("street", "Street"),
    ("city", "City"),
    ("vat", "Tax ID"),
]


class DunningPrivacyRequest(models.Model):
    """What a person asks for by right: to see, to correct or to erase his data. Kept as evidence:
    what was asked, what was done, when, by whom."""

    _name = "dunning.privacy.request"
    _description = "Data-subject request"
    _order = "asked_at desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner", "Person", required=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [("access", "See the own data"), ("rectify", "Correct"), ("erase", "Erase")],
        "Asks to",
        required=True,
        default="access",
    )
    how = fields.Selection(HOW, "Asked by", required=True, default="email")
    asked_at = fields.Date("Asked on", required=True, default=fields.Date.context_today)
    asked = fields.Text("Asked for", help="As the person said it.")
    answer = fields.Text(help="What was done, or why it was refused: for the person to read.")
    state = fields.Selection(
        [
            ("open", "To be done"),
            ("waiting", "Rest kept by law"),
            ("done", "Done"),
            ("refused", "Refused"),
        ],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    field = fields.Selection(CORRECTABLE, "What is wrong")
    # what it was and shall be stands on the contact; here only the officer needs it
    value = fields.Char("What is right", groups=FULL)
    clear_contact = fields.Boolean(
        "Also take telephone and e-mail off the contact",
        default=True,
        help="Odoo's own contact stays, as invoices need it; its telephone and e-mail are emptied.",
    )
    keep_until = fields.Date("Rest kept until", readonly=True)
    done_at = fields.Datetime(readonly=True)
    done_by = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    obstacles = fields.Text("What stands against it", compute="_compute_obstacles")
    outlook = fields.Text("What would happen", compute="_compute_obstacles")

    # === COMPUTE ===

    @api.depends("partner_id", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for request in self:
            who = request.partner_id.display_name or ""
            request.display_name = f"{labels.get(request.kind, '')} · {who}"

    @api.depends("partner_id", "kind", "state", "company_id")
    @api.depends_context("lang")
    def _compute_obstacles(self):
        for request in self:
            request.obstacles = request.outlook = False
            asks = request.kind == "erase" and request.state in ("open", "waiting")
            if asks and request.partner_id:
                retention = self.env["dunning.retention"]
                debtor = request._debtor()
                request.obstacles = "\n".join(retention._obstacles(debtor)) or False
                if retention._rule(debtor.country_id):
                    request.outlook = request._outlook()

    def _debtor(self):
        return self.partner_id.sudo().commercial_partner_id

    def _outlook(self):
        """What an erasure would take, what the law has kept, and until when."""
        retention = self.env["dunning.retention"]
        debtor = self._debtor()
        rule = retention._rule(debtor.country_id)
        go, keep = retention._of_person(debtor, self.company_id)
        lines = []
        for model in go:
            label = self.env["ir.model"]._get(model).name
            if go[model] or keep[model]:
                lines.append(
                    self.env._(
                        "%(what)s: %(go)s erased now, %(keep)s kept",
                        what=label,
                        go=len(go[model]),
                        keep=len(keep[model]),
                    )
                )
        until = self._until(keep, rule)
        if until:
            lines.append(
                self.env._(
                    "What is kept is erased on %(day)s: the law of the debtor's country has it "
                    "kept for %(term)s. Nothing is sent to him any more.",
                    day=format_date(self.env, until),
                    term=retention._in_words(rule),
                )
            )
        return "\n".join(lines)

    def _until(self, keep, rule):
        """The day on which the last of what is kept may go; nothing when nothing is kept."""
        dates = [max(records.mapped("create_date")) for records in keep.values() if records]
        return rule.term.after(max(dates).date()) if dates else False

    # === CRUD ===

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A request about data is evidence and is never deleted."))

    # === ACTIONS ===

    def action_give_access(self):
        """Open the form that makes the person's own file."""
        self._check_officer()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_latam_dunning.dunning_file_action"
        )
        context = {
            "default_partner_id": self.partner_id.id,
            "default_company_id": self.company_id.id,
            "default_kind": "access",
            "default_reason": self.asked or self.env._("Request of %s", self.asked_at),
            "default_request_id": self.id,
        }
        return {**action, "context": context}

    def action_correct(self):
        """Correct one value on the contact. What was said to the old one stays as evidence."""
        self._check_officer()
        if not self.field or not (self.value or "").strip():
            raise UserError(self.env._("Say what is wrong, and what is right."))
        partner = self.partner_id.sudo()
        before = partner[self.field] or ""
        partner.write({self.field: self.value.strip()})
        if self.field in ("phone", "email"):
            self._leave_points(before)
        labels = dict(self._fields["field"]._description_selection(self.env))
        self.env["dunning.access.log"]._log(
            "rectify",
            self.partner_id,
            company=self.company_id,
            reason=self.asked,
            field=self.field,
            before=_shown(self.field, before),
            after=_shown(self.field, self.value),
        )
        self.value = False
        self._finish("done", self.answer or self.env._("Corrected: %s", labels[self.field]))
        return True

    def _leave_points(self, before):
        """A number or address that was wrong is this person's no more."""
        partner = self.partner_id.sudo()
        points = (
            self.env["dunning.contact.point"].sudo().search([("partner_ids", "in", partner.id)])
        )
        kind = "email" if self.field == "email" else "phone"
        old = points.filtered(lambda point: point.kind == kind and _same(point.value, before))
        old.link_ids.filtered(lambda link: link.partner_id == partner).unlink()
        old.filtered(lambda point: not point.partner_ids).state = "not_theirs"

    def action_erase(self):
        """Erase what need not be kept, end all contact, and keep the rest until its term is out."""
        self._check_officer()
        if self.kind != "erase":
            raise UserError(self.env._("The person did not ask for erasure."))
        debtor = self._debtor()
        obstacles = self.env["dunning.retention"]._obstacles(debtor)
        if obstacles:
            raise UserError("\n".join(obstacles))
        self._end_contact(debtor)
        if self.clear_contact:
            persons = self.env["res.partner"].sudo().search([("id", "child_of", debtor.id)])
            persons.write({"phone": False, "email": False})
        self._erase_what_may(debtor)
        return True

    def action_refuse(self):
        """Refuse, with the reason that the person is told."""
        self._check_officer()
        if not self.answer:
            raise UserError(self.env._("Write in the answer why it is refused."))
        self._finish("refused", self.answer)
        return True

    # === BUSINESS ===

    def _check_officer(self):
        self.ensure_one()
        if not self.env.user.has_group(PRIVACY):
            raise AccessError(self.env._("Only privacy officers answer requests about data."))
        self.check_access("write")
        if self.state not in ("open", "waiting"):
            raise UserError(self.env._("This request is answered already."))

    def _finish(self, state, answer):
        self.write(
            {
                "state": state,
                "answer": answer,
                "done_at": fields.Datetime.now(),
                "done_by": self.env.uid,
            }
        )

    def _end_contact(self, debtor):
        """Whoever wants his data gone wants no messages: recorded for each of his numbers, so that
        it is known again by their keyed hashes when the numbers themselves are gone."""
        Consent = self.env["dunning.consent"]
        persons = self.env["res.partner"].sudo().search([("id", "child_of", debtor.id)])
        points = (
            self.env["dunning.contact.point"].sudo().search([("partner_ids", "in", persons.ids)])
        )
        for channel, _label in Consent._fields["channel"]._description_selection(self.env):
            kind = "email" if channel == "email" else "phone"
            for point in points.filtered(lambda point, kind=kind: point.kind == kind):
                Consent._withdraw(
                    debtor,
                    channel=channel,
                    source=SOURCES.get(self.how, self.how),
                    wording=False,
                    proof=f"{self._name},{self.id}",
                    point=point,
                )

    def _erase_what_may(self, debtor):
        """Erase what is past its term, and say until when the rest is kept."""
        retention = self.env["dunning.retention"]
        rule = retention._rule(debtor.country_id)
        for company in self.env["res.company"].sudo().search(Domain.TRUE):
            self.env["dunning.seal"]._seal_now(company)
        go, _keep = retention._of_person(debtor, self.company_id)
        law = retention._in_words(rule)
        reason = self.env._("Request of %s", format_date(self.env, self.asked_at))
        self.env["dunning.erasure"].with_company(self.company_id)._erase(go, reason=reason, law=law)
        persons = self.env["res.partner"].sudo().search([("id", "child_of", debtor.id)])
        points = retention._points_to_erase(persons)
        self.env["dunning.erasure"].with_company(self.company_id)._erase(
            {}, reason=reason, law=law, points=points
        )
        left, keep = retention._of_person(debtor, self.company_id)
        until = self._until({**keep, **_left(left)}, rule)
        self.keep_until = until
        if until:
            words = self.env._(
                "Erased what may be erased. The law has the rest kept for %(term)s, until %(day)s; "
                "it is used for nothing else. Nothing is sent any more.",
                term=law,
                day=format_date(self.env, until),
            )
            self._finish("waiting", words)
        else:
            self._finish("done", self.env._("All personal content was erased."))

    @api.model
    def _erase_for(self, partner):
        """Erase what may be erased of a person, once for all of his records: the request that did
        it, or that has done it today."""
        debtor = partner.sudo().commercial_partner_id
        today = fields.Date.context_today(self)
        request = self.search(
            [
                ("partner_id", "=", debtor.id),
                ("company_id", "=", self.env.company.id),
                ("kind", "=", "erase"),
                ("asked_at", "=", today),
                ("state", "in", ("waiting", "done")),
            ],
            limit=1,
        )
        if not request:
            request = self.create({"partner_id": debtor.id, "kind": "erase", "how": "letter"})
            request.action_erase()
        return request

    @api.model
    def _go_on(self):
        """Finish the requests of which the rest is due now."""
        today = fields.Date.context_today(self)
        for request in self.search([("state", "=", "waiting"), ("keep_until", "<=", today)]):
            if not self.env["dunning.retention"]._obstacles(request._debtor()):
                request._erase_what_may(request._debtor())


def _left(go):
    """What could not go yet, though it may: it is looked at again."""
    return {f"{model}.left": records for model, records in go.items() if records}


def _shown(field, value):
    """A corrected value as the access log keeps it: the log outlives the value."""
    if field == "email":
        return phones.mask_email(value or "")
    return phones.mask(value or "") if field == "phone" else f"{(value or '')[:1]}•••"


def _same(one, other):
    """Whether a number or address, in normal form, is the one that somebody wrote."""
    letters = [
        "".join(char for char in text.lower() if char.isalnum()) for text in (one, other or "")
    ]
    return bool(letters[1]) and (letters[0] == letters[1] or letters[0].endswith(letters[1]))
