import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..core import phones

SHOWN = 5


class DunningSuppressionUpload(models.TransientModel):
    """Load a register of people who want no contact from a text file, one number a line."""

    _name = "dunning.suppression.upload"
    _description = "Upload a do-not-contact register"

    list_id = fields.Many2one("dunning.suppression.list", required=True, ondelete="cascade")
    file = fields.Binary(required=True, attachment=False)
    filename = fields.Char()
    listed_on = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="The day of the register; new numbers count from it.",
    )

    def action_load(self):
        """Replace the register's numbers. A line that is no number stops it all: a register
        that was read in part would let through whom it names."""
        self.ensure_one()
        self.list_id.check_access("write")
        numbers, wrong = self._read()
        if wrong:
            raise UserError(
                self.env._(
                    "%(count)s lines are no numbers of %(country)s, the first in lines %(lines)s. "
                    "Nothing was loaded: correct the file and load it again.",
                    count=len(wrong),
                    country=self.list_id.country_id.name,
                    lines=", ".join(map(str, wrong[:SHOWN])),
                )
            )
        self.list_id.sudo()._replace(numbers, self.listed_on)
        return {"type": "ir.actions.act_window_close"}

    def _read(self):
        """(normalised numbers, line numbers that hold none)."""
        text = base64.b64decode(self.file).decode("utf-8-sig", errors="replace")
        country = self.list_id.country_id.code
        numbers, wrong = set(), []
        for position, line in enumerate(text.splitlines(), start=1):
            raw = line.split(";")[0].split(",")[0].strip().strip('"')
            if not raw:
                continue
            try:
                numbers.add(phones.normalise(raw, country).e164)
            except phones.InvalidPhone:
                wrong.append(position)
        return numbers, wrong
