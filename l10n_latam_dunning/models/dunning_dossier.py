from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..core import phones

COMPLAINT, ACCESS = "complaint", "access"


@dataclass(slots=True)
class Scope:
    """Whose file is made, by which company, for whom to read it. ``persons`` are the debtor and
    his contacts, ``merged`` the ids of those that were merged into them."""

    company: Any
    partner: Any
    kind: str = COMPLAINT
    masked: bool = True
    reason: str = ""
    at: datetime = None
    persons: Any = None
    merged: set = field(default_factory=set)

    @property
    def internal(self):
        """Whether the company's own notes belong into it."""
        return self.kind == COMPLAINT


class DunningDossier(models.AbstractModel):
    """Everything that is known of one debtor, gathered: in words for people, as facts with their
    proof for the verifier. A number of queries that does not grow with the messages."""

    _name = "dunning.dossier"
    _description = "Complaint file"

    # === PUBLIC ===

    @api.model
    def _make(self, company, partner, *, kind, lang, masked, reason=""):
        """The ZIP of a debtor's file: (bytes, note). The note says in words when there is no PDF.
        For privacy officers only; seals first what is settled."""
        if not self.env.user.has_group("l10n_latam_dunning.group_dunning_privacy"):
            raise AccessError(self.env._("Only privacy officers make files of a person's data."))
        partner.check_access("read")
        company.check_access("read")
        self.env["dunning.seal"]._seal_now(company)
        teller = self.sudo().with_context(lang=lang, active_test=False)
        scope = teller._scope(company, partner, kind, masked, reason)
        return teller._pack(scope)

    @api.model
    def _scope(self, company, partner, kind=COMPLAINT, masked=True, reason=""):
        debtor = self.env["res.partner"].browse(partner.commercial_partner_id.id)
        persons = self.env["res.partner"].search([("id", "child_of", debtor.id)])
        if kind == ACCESS:
            persons = debtor  # his contacts are other people
        merged = self.env["dunning.access.log"]._merged_into(persons.ids)
        return Scope(
            company=self.env["res.company"].browse(company.id),
            partner=debtor,
            kind=kind,
            masked=masked,
            reason=reason or "",
            at=fields.Datetime.now(),
            persons=persons,
            merged=set().union(*merged.values()),
        )

    # === RECORDS ===

    @api.model
    def _gather(self, scope):
        """{model name: records} of what concerns these persons in this company."""
        own = [("company_id", "=", scope.company.id), ("partner_id", "in", scope.persons.ids)]
        found = {
            "dunning.consent": self._search("dunning.consent", own[1:], "effective_at, id"),
            "dunning.message": self._search("dunning.message", own, "id"),
            "dunning.hold": self._search("dunning.hold", own, "date_from, id"),
            "dunning.agreement": self._search("dunning.agreement", own, "id"),
            "dunning.trace": self._search("dunning.trace", own, "id"),
            "dunning.access.log": self._search(
                "dunning.access.log", ["|", *own[:1], ("kind", "=", "erase"), *own[1:]], "id"
            ),
        }
        found["dunning.event"] = self._events(scope, found["dunning.message"])
        return found

    @api.model
    def _set_unreadable_aside(self, found):
        """Take out of ``found`` what somebody changed so that it cannot be read; returns it."""
        aside = {}
        for name, records in found.items():
            if isinstance(records, type(self.env["dunning.evidence"])):
                aside[name] = records._readable_facts(settled=False)[1]
                found[name] -= aside[name]
        return aside

    @api.model
    def _search(self, model, domain, order):
        return self.env[model].search(domain, order=order)

    @api.model
    def _events(self, scope, messages):
        """What came in about these messages, and what these numbers wrote."""
        digits = [point.value.lstrip("+") for point in self._points(scope)]
        forms = set().union(*(phones.equivalents(number) for number in digits if number.isdigit()))
        Event = self.env["dunning.event"]
        about = Event.search([("message_id", "in", messages.ids)], order="id")
        self.env.cr.execute(
            """SELECT id FROM dunning_event
                WHERE company_id = %s AND kind = 'inbound' AND data->>'sender' = ANY(%s)""",
            [scope.company.id, sorted(forms)],
        )
        events = (about | Event.browse([id_ for (id_,) in self.env.cr.fetchall()])).sorted("id")
        if scope.internal:
            return events
        # a number may be shared: what is known to be another's is not given away
        return events.filtered(
            lambda event: (event.partner_id | event.message_id.partner_id) <= scope.persons
        )

    @api.model
    def _points(self, scope):
        return self.env["dunning.contact.point"].search(
            [
                (
                    "link_ids",
                    "any",
                    # a guarantor's number is that person's own
                    [("partner_id", "in", scope.persons.ids), ("role", "!=", "guarantor")],
                )
            ],
            order="id",
        )

    # === WORDS ===

    @api.model
    def _zone_of(self, partner):
        """The debtor's own zone by the law of his place; UTC when it is not known."""
        place = self.env["dunning.gate"]._place(partner)
        zones = self.env["dunning.jurisdiction"]._law_book().zones(*place)
        return ZoneInfo(zones[0] if zones else "UTC")

    @api.model
    def _when(self, instant, zone):
        """An instant for people: local to the debtor, in UTC, and both in short; empty without
        one."""
        if not instant:
            return {"local": "", "utc": "", "short": ""}
        here = instant.replace(tzinfo=timezone.utc).astimezone(zone)
        local, utc = f"{here:%Y-%m-%d %H:%M:%S}", f"{instant:%Y-%m-%d %H:%M:%S} UTC"
        short = utc[11:] if local[:10] == utc[:10] else utc
        return {"local": f"{local} {zone.key}", "utc": utc, "short": f"{local} ({short})"}

    @api.model
    def _label(self, record, name):
        """The value of a selection field in the reader's language."""
        labels = dict(record._fields[name]._description_selection(self.env))
        return labels.get(record[name], record[name] or "")

    @api.model
    def _number(self, scope, point):
        """A number or address, as the reader may see it."""
        return (point.masked if scope.masked else point.value) or ""

    @api.model
    def _address(self, scope, text):
        """A number or address that stands on a contact, as the reader may see it."""
        if not text or not scope.masked:
            return text or ""
        return phones.mask_email(text) if "@" in text else phones.mask(text)
