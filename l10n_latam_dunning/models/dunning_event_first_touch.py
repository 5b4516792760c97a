from odoo import models

# Taps of which only the person himself would make one.
PERSONAL = frozenset({"paid", "agree", "dispute"})


class DunningEvent(models.Model):
    """The answer to the question whose number it is; *This is not me* is any message's."""

    _inherit = "dunning.event"

    def _act(self, reply):
        done = super()._act(reply)
        point = reply.message.contact_point_id
        if reply.action in PERSONAL and point.state == "new":
            point._confirm(reply.message._addressee(), "reply")
        return done

    def _reply_it_is_me(self, message, points):
        """Whoever answers says that he is the debtor: reminders may follow, as the plan and the
        law allow. A number that somebody else has answered at, or that is in doubt, stays so."""
        point, partner = message.contact_point_id, message.partner_id
        if point and point._confirm(partner, "reply"):
            self._note(
                partner | message.line_ids.move_id.commercial_partner_id,
                self.env._("%s is theirs, says the person who answered there.", point.masked),
            )

    def _is_settled(self, reply):
        """Nobody has to answer a Yes that was believed."""
        believed = (
            reply.action == "it_is_me" and reply.message.contact_point_id.sudo().state == "verified"
        )
        return believed or super()._is_settled(reply)
