from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.dunning_consent import CHANNELS


class DunningConsentRecord(models.TransientModel):
    """Record what one or many debtors said about being contacted, with its proof; or that they
    were asked. Says beforehand for how many of them something changes."""

    _name = "dunning.consent.record"
    _description = "Record consents or withdrawals"

    partner_ids = fields.Many2many("res.partner", string="Debtors", required=True)
    event = fields.Selection(
        [("granted", "They agree"), ("withdrawn", "They withdraw"), ("asked", "They were asked")],
        "What happened",
        required=True,
        default="granted",
    )
    whatsapp = fields.Boolean("WhatsApp")
    sms = fields.Boolean("SMS")
    email = fields.Boolean("E-mail")
    call = fields.Boolean()
    kind = fields.Selection(
        [("express", "Express for these channels"), ("opt_in", "General opt-in")],
        required=True,
        default="express",
        help="Express: the person chose each of these channels by name, as Colombia's law asks.",
    )
    source = fields.Selection(
        lambda self: self.env["dunning.consent"]._fields["source"]._description_selection(self.env),
        "How it was said",
        required=True,
        compute="_compute_source",
        precompute=True,
        store=True,
        readonly=False,
    )
    effective_at = fields.Datetime("When", required=True, default=fields.Datetime.now)
    wording = fields.Text(help="The text the person saw or said, word for word.")
    wording_version = fields.Char("Version of the wording")
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(), "Language of the wording"
    )
    proof = fields.Char(help="Where the proof is: document, page and clause, message id.")
    document = fields.Binary(attachment=False)
    document_name = fields.Char()
    again = fields.Boolean(
        "Those who withdrew agree again",
        help="Only if the proof shows it of each of them. Without it, whoever withdrew stays "
        "withdrawn.",
    )
    everything = fields.Boolean(
        "They want nothing more from us, about anything",
        help="All channels, and their numbers and addresses go on Odoo's own blacklists too, which "
        "also end newsletters and other messages.",
    )
    withdrawn_count = fields.Integer(compute="_compute_preview")
    change_count = fields.Integer(compute="_compute_preview")
    preview = fields.Text("What changes", compute="_compute_preview")

    # === COMPUTE ===

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        context = self.env.context
        debtors = self.env["res.partner"].browse(context.get("default_partner_ids"))
        if not debtors and context.get("active_model") == "res.partner":
            debtors = debtors.browse(context.get("active_ids", [])).commercial_partner_id
            values["partner_ids"] = [Command.set(debtors.ids)]
        if len(debtors) == 1:
            values.setdefault("lang", debtors.lang)
        if not any(self.env.context.get(f"default_{channel}") for channel, _label in CHANNELS):
            values["whatsapp"] = True
        return values

    @api.depends("event")
    def _compute_source(self):
        usual = {"granted": "form", "withdrawn": "phone", "asked": "letter"}
        for wizard in self:
            wizard.source = usual.get(wizard.event, "form")

    @api.depends(
        "partner_ids",
        "event",
        "kind",
        "effective_at",
        "again",
        "everything",
        *(channel for channel, _label in CHANNELS),
    )
    def _compute_preview(self):
        for wizard in self:
            outcomes = wizard._outcomes()
            lines, changed, left_out = [], set(), set()
            for channel, (recorded, changes, out) in outcomes.items():
                changed |= set(changes.ids)
                left_out |= set(out.ids)
                lines.append(wizard._outcome_in_words(channel, recorded, changes, out))
            wizard.preview = "\n".join(lines) or self.env._("Choose at least one channel.")
            wizard.change_count = len(changed)
            wizard.withdrawn_count = len(left_out) if wizard.event == "granted" else 0
            if wizard.again:
                wizard.withdrawn_count = max(wizard.withdrawn_count, 1)

    def _outcome_in_words(self, channel, recorded, changes, left_out):
        field = self.env["dunning.consent"]._fields["channel"]
        labels = dict(field._description_selection(self.env))
        words = [
            self.env._(
                "%(channel)s: something changes for %(changes)s of %(all)s.",
                channel=labels[channel],
                changes=len(changes),
                all=len(recorded | left_out | self._debtors()),
            )
        ]
        if self.event == "granted" and recorded - changes:
            words.append(
                self.env._("%s agreed before; this proof is added.", len(recorded - changes))
            )
        if left_out and self.event == "withdrawn":
            words.append(self.env._("%s had withdrawn before.", len(left_out)))
        elif left_out:
            words.append(self.env._("%s withdrew and stay so.", len(left_out)))
        return " ".join(words)

    # === ACTIONS ===

    def action_record(self):
        """Record the facts, together or not at all, and say how many there are."""
        self.ensure_one()
        self._check_complete()
        vals_list = self._prepare_fact_vals()
        if not vals_list:
            raise UserError(
                self.env._("Nothing would change: %s", self.preview or self.env._("nobody is left"))
            )
        facts = self.env["dunning.consent"]._record(vals_list)
        if self.document:
            # it proves all of them, and whoever may read the first may read it
            facts.attachment_id.sudo().res_id = facts[0].id
        if self.event == "withdrawn":
            facts += self._withdraw_neighbours(facts)
            facts._confirm_withdrawals(self.env.company)
            if self.everything:
                facts._blacklist(self._points())
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s facts recorded.", len(facts)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # === BUSINESS ===

    def _debtors(self):
        # facts are those of the debtor, not of his contacts
        return self.partner_ids.commercial_partner_id._origin

    def _channels(self):
        codes = [channel for channel, _label in CHANNELS]
        if self.event == "withdrawn" and self.everything:
            return codes
        return [channel for channel in codes if self[channel]]

    def _check_complete(self):
        if not self._channels():
            raise UserError(self.env._("Choose at least one channel."))
        if self.event == "granted" and not (self.document or (self.proof or "").strip()):
            raise UserError(
                self.env._(
                    "A consent without proof is worth nothing when it is denied. Attach the "
                    "document, or write where it is: contract, page and clause, message id."
                )
            )
        self.partner_ids.check_access("read")

    def _outcomes(self):
        """{channel: (debtors of whom it is recorded, those of them for whom something changes,
        those who are left out)}, in one query."""
        debtors = self._debtors()
        states = self.env["dunning.consent"]._states(debtors)
        result = {}
        for channel in self._channels():
            recorded = changes = left_out = debtors.browse()
            for debtor in debtors:
                fact = states.get((debtor, channel))
                if self._leaves_out(fact):
                    left_out |= debtor
                    continue
                recorded |= debtor
                if self._changes(fact):
                    changes |= debtor
            result[channel] = recorded, changes, left_out
        return result

    def _leaves_out(self, fact):
        if not fact or fact.event != "withdrawn":
            return False
        if self.event == "granted":
            at = self.effective_at or fields.Datetime.now()
            return not self.again or at <= fact.effective_at
        return True

    def _changes(self, fact):
        if not fact:
            return True
        if self.event == "asked":
            return False
        if self.event == "granted" and fact.event == "granted":
            return (fact.kind, self.kind) == ("opt_in", "express")
        return fact.event != self.event

    def _prepare_fact_vals(self):
        document = self._store_document()
        shared = {
            "event": self.event,
            "kind": self.kind if self.event == "granted" else "opt_in",
            "source": self.source,
            "effective_at": self.effective_at,
            "wording": self.wording,
            "wording_version": self.wording_version,
            "lang": self.lang,
            "proof": self.proof or (False if self.event == "granted" else self.env.user.name),
            "attachment_id": document.id,
        }
        return [
            {"partner_id": debtor.id, "channel": channel, **shared}
            for channel, (recorded, _changes, _left_out) in self._outcomes().items()
            for debtor in recorded
        ]

    def _store_document(self):
        """The document as an attachment that nobody can write: facts are never written."""
        Attachment = self.env["ir.attachment"].sudo()
        if not self.document:
            return Attachment
        return Attachment.create(
            {
                "name": self.document_name or self.env._("Proof"),
                "datas": self.document,
                "res_model": "dunning.consent",
            }
        )

    def _withdraw_neighbours(self, facts):
        """Whoever else is behind a number at which somebody wants no more is not written to
        there either; it is recorded of each, as when the person himself says it."""
        Consent = self.env["dunning.consent"]
        own = {(fact.partner_id.id, fact.channel) for fact in facts}
        others = facts.contact_point_id.sudo().partner_ids
        states = Consent._states(others)
        vals_list = []
        for fact in facts.filtered("contact_point_id"):
            point = fact.contact_point_id.sudo()
            for other in point.partner_ids:
                key = other.id, fact.channel
                deciding = states.get((other, fact.channel))
                if key in own or (deciding and deciding.event == "withdrawn"):
                    continue
                own.add(key)
                vals_list.append(
                    {
                        "partner_id": other.id,
                        "contact_point_id": point.id,
                        "channel": fact.channel,
                        "event": "withdrawn",
                        "kind": fact.kind,
                        "source": fact.source,
                        "effective_at": fact.effective_at,
                        "wording": fact.wording,
                        "lang": fact.lang,
                        "proof": self.env._("Said of the same number: %s", fact.proof or ""),
                    }
                )
        return Consent.sudo()._record(vals_list) if vals_list else Consent

    def _points(self):
        """Every number and address of these debtors; an employer's or a neighbour's is not theirs
        to close."""
        Point = self.env["dunning.contact.point"].sudo()
        bonds = [bond for mine in Point._bonds(self._debtors()).values() for bond in mine.items()]
        return Point.browse({point for point, bond in bonds if bond.role != "third_party"})
