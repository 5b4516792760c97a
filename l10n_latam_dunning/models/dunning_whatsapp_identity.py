from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..core import phones
from ..groups import FULL
from .dunning_closed import CLOSED

WINDOW = timedelta(hours=24)
# A sighting is written down once a day; a reply always, as it opens the window.
STALE = timedelta(days=1)


class DunningWhatsappIdentity(models.Model):
    """A person as WhatsApp names him to one of our numbers: by telephone, by an id of his own
    for this business, or both. It also knows until when he may be answered freely."""

    _name = "dunning.whatsapp.identity"
    _description = "WhatsApp identity"
    _inherit = [CLOSED]
    _order = "last_seen desc, id desc"

    account_id = fields.Many2one(
        "dunning.whatsapp.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    contact_point_id = fields.Many2one(
        "dunning.contact.point", "Number", index="btree_not_null", ondelete="cascade"
    )
    bsuid = fields.Char(
        "User id",
        groups=FULL,
        help="WhatsApp's own id of the person for this business; it changes with his number.",
    )
    wa_id = fields.Char(
        "WhatsApp id in full", groups=FULL, help="The number as WhatsApp writes it."
    )
    masked_wa_id = fields.Char("WhatsApp id", compute="_compute_masked_wa_id", compute_sudo=True)
    username = fields.Char()
    profile_name = fields.Char()
    last_seen = fields.Datetime()
    window_until = fields.Datetime(
        "Free answers until",
        help="24 hours after the person last wrote. Afterwards WhatsApp takes templates only.",
    )
    marketing = fields.Selection(
        [("stop", "Stopped"), ("resume", "Taken again")],
        help="What the person has told WhatsApp about marketing; reminders are another matter.",
    )
    marketing_at = fields.Datetime("Told at")
    active = fields.Boolean(default=True, help="Archived: the number is another person's now.")

    _bsuid_unique = models.UniqueIndex(
        "(account_id, bsuid) WHERE bsuid IS NOT NULL AND active",
        "This person already has an identity at this account.",
    )
    _wa_id_unique = models.UniqueIndex(
        "(account_id, wa_id) WHERE wa_id IS NOT NULL AND active",
        "This number already has an identity at this account.",
    )

    @api.depends("username", "profile_name", "wa_id", "bsuid")
    def _compute_display_name(self):
        for row in self.sudo():
            masked = phones.mask(f"+{row.wa_id}") if row.wa_id else f"…{(row.bsuid or '')[-4:]}"
            row.display_name = row.username or row.profile_name or masked

    @api.depends("wa_id")
    def _compute_masked_wa_id(self):
        for row in self:
            row.masked_wa_id = phones.mask(f"+{row.wa_id}") if row.wa_id else False

    # === LEARNING ===

    @api.model
    def _learn(self, sightings):
        """Remember people from sightings: dicts with account, point, wa_id, bsuid, at, and
        perhaps username, name, wrote. Returns {(account id, wa_id, bsuid): identity}. Where a
        number answers under another id than before, its contact point is no longer trusted."""
        sightings = [row for row in sightings if row["wa_id"] or row["bsuid"]]
        if not sightings:
            return {}
        known = self._known(sightings)
        missing = [row for row in sightings if not self._settle(known, row)]
        if missing:
            self._create_missing(missing)
            known = self._known(sightings)
        return {
            (row["account"].id, row["wa_id"], row["bsuid"]): self._settle(known, row)._see(row)
            for row in sorted(sightings, key=lambda row: row["at"])
        }

    @api.model
    def _known(self, sightings):
        """{(account id, id): identity} by either kind of id."""
        rows = self.sudo().search(
            [
                ("account_id", "in", [row["account"].id for row in sightings]),
                "|",
                ("bsuid", "in", [row["bsuid"] for row in sightings if row["bsuid"]]),
                ("wa_id", "in", [row["wa_id"] for row in sightings if row["wa_id"]]),
            ]
        )
        by_number = {(row.account_id.id, row.wa_id): row for row in rows if row.wa_id}
        return by_number | {(row.account_id.id, row.bsuid): row for row in rows if row.bsuid}

    @api.model
    def _settle(self, known, row):
        """The identity of a sighting, or nothing. A row that had the number until now gives it
        up: to the same person's other row, or to somebody else."""
        account = row["account"].id
        mine = known.get((account, row["bsuid"]), self.browse()) if row["bsuid"] else self.browse()
        holder = known.get((account, row["wa_id"]), self.browse()) if row["wa_id"] else mine
        if not row["bsuid"] or not holder or holder == mine:
            return mine or holder
        if not holder.bsuid and not mine:
            return holder
        if holder.bsuid:
            holder.contact_point_id._distrust(
                self.env._("WhatsApp knows this number under another person than before."),
                row["account"],
            )
        else:
            mine._open_window(holder.window_until)
        holder.active = False
        # before another row may have the number, which is there once only
        holder.flush_recordset(["active"])
        del known[account, row["wa_id"]]
        return mine

    @api.model
    def _create_missing(self, sightings):
        """One row for each person not known yet; safe beside other transactions."""
        rows = {(row["account"].id, row["bsuid"] or row["wa_id"]): row for row in sightings}
        self.flush_model()
        now = self.env.cr.now()
        values = [
            SQL(
                "(%s, %s, %s, %s, %s, %s, true, %s, %s, %s, %s)",
                row["account"].id,
                row["account"].company_id.id,
                row["bsuid"] or None,
                row["wa_id"] or None,
                row["point"].id or None,
                row["at"],
                self.env.uid,
                self.env.uid,
                now,
                now,
            )
            for row in rows.values()
        ]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dunning_whatsapp_identity
                       (account_id, company_id, bsuid, wa_id, contact_point_id, last_seen, active,
                        create_uid, write_uid, create_date, write_date)
                VALUES %s ON CONFLICT DO NOTHING
                """,
                SQL(", ").join(values),
            )
        )

    def _see(self, row):
        """Write down what is new in a sighting."""
        if not self:
            return self
        told = {
            "bsuid": row["bsuid"],
            "wa_id": row["wa_id"],
            "username": row.get("username"),
            "profile_name": row.get("name"),
        }
        vals = {name: value for name, value in told.items() if value and value != self[name]}
        if row["point"] and row["point"] != self.contact_point_id:
            vals["contact_point_id"] = row["point"].id
        if vals or not self.last_seen or row["at"] > self.last_seen + STALE:
            vals["last_seen"] = max(row["at"], self.last_seen or row["at"])
            self.write(vals)
        if row.get("wrote"):
            self._open_window(row["at"] + WINDOW)
        return self

    def _open_window(self, until):
        """The person may be answered until then, if not longer already."""
        if until and (not self.window_until or until > self.window_until):
            self.window_until = until

    def _prefer(self, value, at):
        """The newest word on marketing counts, in whatever order they come."""
        if value in dict(self._fields["marketing"].selection) and (
            not self.marketing_at or at > self.marketing_at
        ):
            self.write({"marketing": value, "marketing_at": at})

    # === FINDING ===

    @api.model
    def _points_of(self, rows):
        """{(account id, wa_id, bsuid): contact points that this may be}, from the ids of people:
        several forms of one number are one number, and all that fit are returned."""
        points = self.env["dunning.contact.point"].sudo()
        forms = {wa_id: phones.equivalents(f"+{wa_id}") for _account, wa_id, _id in rows if wa_id}
        values = {f"+{digits}" for digits_of in forms.values() for digits in digits_of}
        found = points.search_fetch(
            ["|", ("wa_id", "in", list(forms)), ("value", "in", list(values))],
            ["value", "wa_id", "state"],
        )
        known = self.sudo().search_fetch(
            [("bsuid", "in", [bsuid for _account, _wa_id, bsuid in rows if bsuid])],
            ["account_id", "bsuid", "contact_point_id"],
        )
        by_bsuid = {(row.account_id.id, row.bsuid): row.contact_point_id for row in known}
        result = {}
        for account, wa_id, bsuid in rows:
            mine = by_bsuid.get((account, bsuid), points.browse())
            digits = forms.get(wa_id, ())
            result[account, wa_id, bsuid] = mine | found.filtered(
                lambda p, wa_id=wa_id, digits=digits: (
                    wa_id and (p.wa_id == wa_id or p.value[1:] in digits)
                )
            )
        return result
