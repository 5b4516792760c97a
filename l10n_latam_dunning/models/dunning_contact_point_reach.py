from collections import defaultdict
from datetime import timezone
from zoneinfo import ZoneInfo

from odoo import models

from ..core.whatsapp.error_codes import CODES, Mark
from ..core.whatsapp.reach import is_unreachable
from ..tools import aware

COUNTED = [code for code, rule in CODES.items() if rule.mark is Mark.COUNT]
REACHED = ("delivered", "read")


class DunningContactPoint(models.Model):
    """What failures and answers say of a number on WhatsApp."""

    _inherit = "dunning.contact.point"

    def _learn_from(self, rule):
        """Take over what an error of WhatsApp says of these numbers. The message that failed must
        be recorded already: failures are counted on the messages."""
        usable = self.sudo().filtered(lambda point: point.state != "not_theirs")
        if rule.mark is Mark.QUARANTINE:
            usable.state = "not_theirs"
        elif rule.mark is Mark.DOUBT:
            usable.write({"state": "unsure", "doubt": self.env._(rule.meaning)})
        elif rule.mark is Mark.UNREACHABLE:
            usable.state = "unreachable"
        elif rule.mark is Mark.COUNT:
            usable._judge_reach().state = "unreachable"

    def _note_reached(self):
        """Somebody answered from these numbers: whatever was thought of their reach is wrong."""
        self.sudo().filtered(lambda point: point.state == "unreachable").state = "new"

    def _judge_reach(self):
        """Those of these numbers that WhatsApp fails to reach again and again."""
        failures, reached = defaultdict(list), {}
        for message in (
            self.env["dunning.message"]
            .sudo()
            .search_fetch(
                [
                    ("contact_point_id", "in", self.ids),
                    ("channel", "=", "whatsapp"),
                    ("attempted_at", "!=", False),
                    "|",
                    ("state", "in", REACHED),
                    "&",
                    ("state", "=", "failed"),
                    ("error_code", "in", COUNTED),
                ],
                ["contact_point_id", "attempted_at", "state"],
                order="attempted_at",
            )
        ):
            at, point = aware(message.attempted_at), message.contact_point_id
            if message.state in REACHED:
                reached[point] = at
            else:
                failures[point].append(at)
        return self.filtered(
            lambda point: is_unreachable(failures[point], reached.get(point), point._zone())
        )

    def _zone(self):
        """The zone of a number's country; where it has several, one of them."""
        zones = self.env["dunning.jurisdiction"]._law_book().zones(self.country_code or "", "")
        return ZoneInfo(zones[0]) if zones else timezone.utc
