from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac

SCOPE = "l10n_latam_dunning.suppression"


class DunningSuppressionList(models.Model):
    """A register of people who want no contact, as an authority gives it out. Only keyed hashes
    of its numbers are kept: the list can be asked, not read."""

    _name = "dunning.suppression.list"
    _description = "Do-not-contact register"
    _order = "name"

    name = fields.Char(required=True)
    register = fields.Char(
        required=True,
        help="The code that the law pack names, e.g. nao_me_ligue; see the law of the state.",
    )
    country_id = fields.Many2one("res.country", required=True, ondelete="restrict")
    grace_days = fields.Integer(
        help="Days after a number was listed before the law binds. 0 obeys at once."
    )
    loaded_at = fields.Datetime("Last upload", readonly=True)
    entry_ids = fields.One2many("dunning.suppression.entry", "list_id")
    count = fields.Integer("Numbers", compute="_compute_count")

    _register_unique = models.UniqueIndex("(register)", "This register is already there.")

    @api.depends("entry_ids")
    def _compute_count(self):
        counts = dict(
            self.env["dunning.suppression.entry"]
            .sudo()
            ._read_group([("list_id", "in", self.ids)], ["list_id"], ["__count"])
        )
        for register in self:
            register.count = counts.get(register, 0)

    @api.model
    def _digest(self, number):
        """The keyed hash of a normalised number."""
        return hmac(self.env(su=True), SCOPE, number)

    def _replace(self, numbers, listed_on):
        """Put the uploaded numbers in place of the old ones; who was there keeps his day."""
        self.ensure_one()
        digests = {self._digest(number) for number in numbers}
        self.env["dunning.suppression.entry"].flush_model()
        self.env.cr.execute(
            SQL(
                "DELETE FROM dunning_suppression_entry WHERE list_id = %s AND NOT digest = ANY(%s)",
                self.id,
                list(digests),
            )
        )
        if digests:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO dunning_suppression_entry (list_id, digest, listed_on)
                    SELECT %s, unnest(%s), %s
                    ON CONFLICT (list_id, digest) DO NOTHING
                    """,
                    self.id,
                    list(digests),
                    listed_on,
                )
            )
        self.env["dunning.suppression.entry"].invalidate_model()
        self.loaded_at = fields.Datetime.now()

    @api.model
    def _registers_of(self, numbers, day):
        """{number: registers that bind on a day}, in one query."""
        digests = {self._digest(number): number for number in numbers}
        found = {}
        for entry in (
            self.env["dunning.suppression.entry"].sudo().search([("digest", "in", list(digests))])
        ):
            if (day - entry.listed_on).days >= entry.list_id.grace_days:
                found.setdefault(digests[entry.digest], []).append(entry.list_id.register)
        return found


class DunningSuppressionEntry(models.Model):
    _name = "dunning.suppression.entry"
    _description = "Number in a do-not-contact register"
    _rec_name = "listed_on"

    list_id = fields.Many2one(
        "dunning.suppression.list", required=True, ondelete="cascade", index=True
    )
    digest = fields.Char(required=True, index=True)
    listed_on = fields.Date(required=True)

    _number_unique = models.UniqueIndex("(list_id, digest)")
