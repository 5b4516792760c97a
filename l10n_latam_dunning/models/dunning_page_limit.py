from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac

SCOPE = "l10n_latam_dunning.page.limit"
# So often in so many minutes: a telephone company may hide a whole town behind one address.
LIMITS = {"address": (300, 10), "link": (60, 10), "identity": (5, 24 * 60)}


class DunningPageLimit(models.Model):
    """How often the debtors' pages were asked for, counted in the database so that all workers
    count together. A row for each key and span of time, kept for a day; who it was is not in it.
    """

    _name = "dunning.page.limit"
    _description = "Counter of page views"
    _order = "id desc"
    _log_access = False

    key = fields.Char(required=True, readonly=True)
    until = fields.Datetime(required=True, readonly=True)
    count = fields.Integer(required=True, readonly=True)

    _key_unique = models.UniqueIndex("(key, until)")
    _until_idx = models.Index("(until)")

    @api.model
    def _hit(self, kind, *who):
        """Count one more of a kind by somebody; whether he is still within its limit."""
        most, minutes = LIMITS[kind]
        now, span = fields.Datetime.now(), timedelta(minutes=minutes)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        until = midnight + ((now - midnight) // span + 1) * span
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO dunning_page_limit (key, until, count) VALUES (%s, %s, 1)
                ON CONFLICT (key, until) DO UPDATE SET count = dunning_page_limit.count + 1
                RETURNING count
                """,
                self._key(kind, *who),
                until,
            )
        )
        return rows[0][0] <= most

    @api.model
    def _forget(self, kind, *who):
        """Begin anew for somebody."""
        self.env.cr.execute(
            SQL("DELETE FROM dunning_page_limit WHERE key = %s", self._key(kind, *who))
        )

    @api.model
    def _key(self, kind, *who):
        return hmac(self.env(su=True), SCOPE, f"{kind}:{who}")

    @api.autovacuum
    def _gc_old(self):
        """Forget what counts no more."""
        self.env.cr.execute(
            SQL("DELETE FROM dunning_page_limit WHERE until < %s", fields.Datetime.now())
        )
