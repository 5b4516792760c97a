from dataclasses import replace

from odoo import api, fields, models

from ..core.law.gate import Impediment

# The shipped text for whoever answers for another one's debt.
GUARANTOR = "dunning_guarantor"


class DunningContactLink(models.Model):
    _inherit = "dunning.contact.link"

    person_id = fields.Many2one(
        "res.partner",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The guarantor or representative himself: his consent, language and limits count.",
    )

    @api.depends("role", "person_id", "contact_point_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["role"]._description_selection(self.env))
        for link in self:
            names = [link.person_id.name, labels[link.role], link.masked]
            link.display_name = " · ".join(filter(None, names))


class DunningMessage(models.Model):
    """A message about a debtor's invoices that somebody else reads: his guarantor, or who
    represents him."""

    _inherit = "dunning.message"

    recipient = fields.Selection(
        [
            ("debtor", "Debtor"),
            ("guarantor", "Guarantor"),
            ("representative", "Representative"),
        ],
        "Addressed as",
        required=True,
        default="debtor",
    )
    recipient_id = fields.Many2one(
        "res.partner", "Addressed to", index="btree_not_null", ondelete="restrict"
    )

    def _addressee(self):
        """Who reads these messages."""
        return self.recipient_id or self.partner_id


class DunningPlan(models.AbstractModel):
    """What is sent by hand to a debtor's guarantor or representative: the same gate, with that
    person's own consent, place and limits. It uses up no level of the debtor's ladder."""

    _inherit = "dunning.plan"

    @api.model
    def _preview_to(self, move, link, at):
        """(candidate, verdict) of a message about an invoice to the person of a link."""
        plan = self.with_company(move.company_id)
        (candidate,) = plan._candidates_by_hand(move, at)
        level_channel = candidate.level.channel_ids.filtered(lambda row: row.channel == "whatsapp")
        name = GUARANTOR if link.role == "guarantor" else level_channel[:1].template_name
        addressed = replace(
            candidate,
            reader=link.person_id,
            recipient=link.role,
            channel="whatsapp",
            level=self.env["dunning.level"],
            level_channel=None,
            template_name=name or "",
            triggers={},
            # that the debtor had this level already is why the other one is written to
            problems=[p for p in candidate.problems if p.code != "already_reminded"],
            passed_over=(),
            charges=None,
        )
        return plan._answers(plan._complete([addressed]), at)[0]

    @api.model
    def _refresh_candidate(self, message, lines, resting, at):
        if not message.recipient_id:
            return super()._refresh_candidate(message, lines, resting, at)
        payable, problems = self._sort_lines(lines, resting)
        candidate = self._candidate_of(
            message,
            payable,
            level=self.env["dunning.level"],
            template_name=message.template_id.name or "",
            reader=message.recipient_id,
            recipient=message.recipient,
        )
        if not payable:
            candidate.problems += problems or [Impediment("paid")]
        return candidate

    @api.model
    def _prepare_message_vals(self, candidate, verdict, run=None, user=None):
        return {
            **super()._prepare_message_vals(candidate, verdict, run, user),
            "recipient": candidate.recipient,
            "recipient_id": candidate.reader.id if candidate.reader else False,
        }
