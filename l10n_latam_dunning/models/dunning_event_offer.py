from odoo import api, models

from .dunning_answer import Answer, FreeText
from .dunning_plan import is_debt


class DunningEvent(models.Model):
    """A debtor who wants to agree is offered, at once, the ways to pay that the policy approves
    beforehand; the one that he taps is in force."""

    _inherit = "dunning.event"

    def _reply_agree(self, message, points):
        """Offer what the policy approves; where it approves nothing, or the gate stands against
        an answer, a person writes to him."""
        if self._offer(message):
            return None
        return super()._reply_agree(message, points)

    def _offer(self, message):
        """Send the policy's ways to pay as buttons; returns whether they are on their way."""
        agreement = self.env["dunning.agreement"]._offer_for(self._to_agree_on(message))
        if not agreement:
            return False
        offer = agreement._interactive()
        answer = Answer(
            company=message.company_id,
            partner=message.partner_id,
            currency=agreement.currency_id,
            policy=message.policy_id,
            lines=self.env["account.move.line"],
            purpose="reply",
            point=message.contact_point_id,
            text=FreeText(offer["body"]),
            sender=self.account_id,
        )
        _verdict, sent = self.env["dunning.message"]._answer(
            answer,
            answers_id=self.id,
            about_move_id=agreement.move_ids[:1].id,
            buttons=offer["buttons"],
        )
        if not sent:
            agreement.action_cancel()
        return bool(sent)

    @api.model
    def _to_agree_on(self, message):
        """The open invoices of a message that nothing else rests: what is disputed, blocked or
        reported as paid is for a person."""
        moves = (message.line_ids.move_id or message.about_move_id).filtered(
            lambda move: move.state == "posted" and move.payment_state in ("not_paid", "partial")
        )
        resting = self.env["dunning.plan"].sudo()._resting_moves(moves)
        lines = moves.line_ids.filtered(is_debt)
        return lines.filtered(lambda line: not resting.impediment(line, agreed=False)).move_id

    def _reply_offer(self, message, points):
        """The way that was tapped is agreed, once; an offer that has ended goes to a person."""
        agreement = self.env["dunning.agreement"]._accept_offer(
            (self.data.get("payload") or "").split(":", 2)[-1],
            {
                "how": "whatsapp",
                "person": message.partner_id.name or self.env._("Whoever has this number"),
                "reference": self._proof(),
                "accepted_at": self.received_at,
            },
        )
        if not agreement and message:
            self._call_person(
                (message.line_ids.move_id or message.about_move_id)[:1] or message.partner_id,
                message.policy_id.user_id or self.account_id.user_id,
                self.env._("%s took an offer that has ended", message.partner_id.name),
                self.env._("Look at the agreement and write to the debtor."),
            )
