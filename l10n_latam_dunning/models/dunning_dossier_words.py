from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import format_date

from ..core.law.verdict import Verdict
from ..tools import naive_utc
from .dunning_message import ATTEMPTED, PENDING


class DunningDossier(models.AbstractModel):
    """What a complaint file says, section by section, as plain JSON in the reader's language."""

    _inherit = "dunning.dossier"

    @api.model
    def _tell(self, scope, found):
        """The whole file in words."""
        zone = self._zone_of(scope.partner)
        messages = found["dunning.message"]
        tried = messages.filtered(lambda m: m.attempted_at or m.state in ATTEMPTED or m.earlier)
        waiting = (messages - tried).filtered(lambda m: m.state in PENDING)
        marks = self._mark_labels()
        told = {
            "title": self._title(scope),
            "kind": scope.kind,
            "lang": self.env.lang,
            "masked": scope.masked,
            "reason": scope.reason,
            "made_at": self._when(scope.at, zone),
            "made_by": self.env.user.name,
            "zone": zone.key,
            "creditor": self._tell_creditor(scope),
            "debtor": self._tell_debtor(scope),
            "points": self._tell_points(scope),
            "consents": [self._tell_consent(scope, one, zone) for one in found["dunning.consent"]],
            "messages": [self._tell_message(scope, one, marks) for one in tried],
            "not_sent": [
                self._tell_message(scope, one, marks) for one in messages - tried - waiting
            ],
            "waiting": [self._tell_message(scope, one, marks) for one in waiting],
            "replies": self._tell_replies(scope, found["dunning.event"], zone)
            + self._tell_answers(scope, found["dunning.page.answer"], zone),
            "agreements": self._tell_agreements(scope, found, zone),
            "holds": self._tell_holds(scope, found, zone),
            "accesses": self._tell_accesses(scope, found["dunning.access.log"], zone),
        }
        return {**told, "figures": self._figures(told, tried)}

    @api.model
    def _title(self, scope):
        if scope.internal:
            return self.env._("Evidence of contacts with a debtor")
        return self.env._("Personal data used to remind of invoices")

    @api.model
    def _figures(self, told, tried):
        """The file in a few numbers: (what, how many)."""
        arrived = tried.filtered(lambda m: m.state in ("delivered", "read"))
        rows = [
            (self.env._("Messages that left"), len(tried)),
            (self.env._("of them delivered"), len(arrived)),
            (self.env._("of them read"), len(tried.filtered("read_at"))),
            (self.env._("Messages not sent"), len(told["not_sent"])),
            (self.env._("Replies"), len(told["replies"])),
            (self.env._("Consents and withdrawals"), len(told["consents"])),
            (self.env._("Payment agreements"), len(told["agreements"])),
            (self.env._("Holds"), len(told["holds"])),
        ]
        return [{"what": what, "count": count} for what, count in rows]

    # === PARTIES ===

    @api.model
    def _tell_creditor(self, scope):
        office = scope.company.partner_id
        return self._rows(
            (self.env._("Name"), scope.company.name),
            (self.env._("Tax identification"), scope.company.vat),
            (self.env._("Address"), self._postal(office)),
            (self.env._("Telephone"), scope.company.phone),
            (self.env._("E-mail"), scope.company.email),
            (self.env._("Website"), scope.company.website),
        )

    @api.model
    def _tell_debtor(self, scope):
        partner = scope.partner
        others = (scope.persons - partner).mapped("name")
        return self._rows(
            (self.env._("Name"), partner.name),
            (self.env._("Tax identification"), partner.vat),
            (self.env._("Kind"), self._label(partner, "dunning_debtor_kind")),
            (self.env._("Address"), self._postal(partner)),
            (self.env._("Telephone"), self._address(scope, partner.phone)),
            (self.env._("E-mail"), self._address(scope, partner.email)),
            (self.env._("Contacts"), ", ".join(filter(None, others))),
            (self.env._("Time zone"), self._zone_of(partner).key),
        )

    @api.model
    def _rows(self, *pairs):
        return [{"what": what, "value": value} for what, value in pairs if value]

    @api.model
    def _postal(self, partner):
        lines = partner._display_address(without_company=True).splitlines()
        return ", ".join(line.strip() for line in lines if line.strip())

    @api.model
    def _tell_points(self, scope):
        return [
            {
                "kind": self._label(point, "kind"),
                "value": self._number(scope, point),
                "state": self._label(point, "state"),
            }
            for point in self._points(scope)
        ]

    # === CONSENTS ===

    @api.model
    def _tell_consent(self, scope, consent, zone):
        document = consent.attachment_id
        return {
            "ref": _ref(consent),
            "when": self._when(consent.effective_at, zone),
            "channel": self._label(consent, "channel"),
            "event": self._label(consent, "event"),
            "kind": self._label(consent, "kind") if consent.event == "granted" else "",
            "source": self._label(consent, "source"),
            "wording": consent.wording or "",
            "version": consent.wording_version or "",
            "proof": consent.proof or "",
            "corrects": _ref(consent.corrects_id) if consent.corrects_id else "",
            "reason": consent.reason or "",
            "to": self._number(scope, consent.contact_point_id),
            "document": document.name if document else "",
            "recorded_by": consent.create_uid.name if scope.internal else "",
            "recorded_at": self._when(consent.create_date, zone),
        }

    # === MESSAGES ===

    @api.model
    def _mark_labels(self):
        return {
            "pass": self.env._("passed"),
            "wait": self.env._("waited"),
            "refuse": self.env._("refused"),
        }

    @api.model
    def _tell_message(self, scope, message, marks):
        answer = message.verdict  # each reading copies the whole
        verdict = Verdict.from_dict(answer) if answer else None
        zone = ZoneInfo(next(iter(verdict.zones if verdict else ()), "UTC"))
        return {
            "ref": _ref(message),
            "when": self._when(message.attempted_at or message.create_date, zone),
            "channel": self._label(message, "channel"),
            "purpose": self._label(message, "purpose"),
            "level": message.level_id.name or "",
            "to": self._number(scope, message.contact_point_id)
            if not message.recipient_id
            else message.contact_point_id.masked,
            "state": self._label(message, "state"),
            "text": message.body or "",
            "amount": message.currency_id.format(message.amount_total),
            "invoices": [self._tell_line(line) for line in message.line_ids],
            "law": verdict.jurisdiction if verdict else "",
            "asked_at": self._when(naive_utc(verdict.at), zone) if verdict else "",
            "rules": [
                {"mark": marks[check.outcome], "text": message._explain(check)}
                for check in (verdict.checks if verdict else ())
            ],
            "reasons": [message._explain(check) for check in (verdict.reasons if verdict else ())],
            "steps": [self._tell_step(scope, message, one, zone) for one in message.history or []],
            "reference": message.reference,
            "provider_ref": message.provider_ref or "",
            "delivered": self._when(message.delivered_at, zone),
            "read": self._when(message.read_at, zone),
            "charged_as": message.category or "",
            "override": self._tell_override(scope, message),
            "earlier": [attempt["told"].get("body") or "" for attempt in message.earlier or []],
        }

    @api.model
    def _tell_line(self, line):
        return {
            "invoice": line.move_id.name,
            "due": format_date(self.env, line.date_due),
            "amount": line.currency_id.format(line.amount),
        }

    @api.model
    def _tell_step(self, scope, message, step, zone):
        labels = dict(message._fields["state"]._description_selection(self.env))
        return {
            "when": self._when(fields.Datetime.to_datetime(step["at"]), zone),
            "state": labels.get(step["state"], step["state"]),
            "note": (step.get("note") or "") if scope.internal else "",
        }

    @api.model
    def _tell_override(self, scope, message):
        if not message.override_user_id or not scope.internal:
            return ""
        return self.env._(
            "Company's own rules set aside by %(user)s: %(reason)s",
            user=message.override_user_id.name,
            reason=message.override_reason,
        )

    # === REPLIES ===

    @api.model
    def _tell_replies(self, scope, events, zone):
        replies = events.filtered(lambda event: event.kind == "inbound")
        return [self._tell_reply(scope, event, zone) for event in replies]

    @api.model
    def _tell_reply(self, scope, event, zone):
        data = event.data or {}
        sender = f"+{data['sender']}" if data.get("sender") else ""
        return {
            "ref": _ref(event),
            "when": self._when(event.said_at or event.received_at, zone),
            "from": self._address(scope, sender),
            "text": data.get("text") or f"({data.get('kind') or ''})",
            "button": (data.get("payload") or "").removeprefix("DUN:"),
            "about": _ref(event.message_id) if event.message_id else "",
            "provider_ref": data.get("wamid") or "",
        }

    # === AGREEMENTS AND HOLDS ===

    @api.model
    def _tell_agreements(self, scope, found, zone):
        agreements, traces = found["dunning.agreement"], found["dunning.trace"]
        changes = self._changes(scope, traces, "dunning.agreement", zone)
        return [
            {
                "ref": _ref(one),
                "when": self._when(one.create_date, zone),
                "kind": self._label(one, "kind"),
                "state": self._label(one, "state"),
                "invoices": ", ".join(one.move_ids.mapped("name")),
                "terms": one._terms(),
                "charges": one._charges_in_words(),
                "accepted": self._when(one.accepted_at, zone),
                "changes": changes.get(one.id, []),
            }
            for one in agreements
        ]

    @api.model
    def _tell_holds(self, scope, found, zone):
        changes = self._changes(scope, found["dunning.trace"], "dunning.hold", zone)
        return [
            {
                "ref": _ref(hold),
                "reason": self._label(hold, "reason"),
                "from": self._when(hold.date_from, zone),
                "until": self._when(hold.date_to, zone),
                "ended": self._when(hold.ended_at, zone),
                "note": (hold.note or "") if scope.internal else "",
                "changes": changes.get(hold.id, []),
            }
            for hold in found["dunning.hold"]
        ]

    @api.model
    def _changes(self, scope, traces, model, zone):
        """{record id: what was done to it, when, by whom}."""
        told = {}
        for trace in traces.filtered(lambda one: one.model == model):
            row = {
                "when": self._when(trace.create_date, zone),
                "what": self._label(trace, "kind"),
                "by": trace.user_id.name if scope.internal else "",
                "fields": self._field_labels(model, trace) if trace.kind == "changed" else "",
            }
            told.setdefault(trace.res_id, []).append(row)
        return told

    @api.model
    def _field_labels(self, model, trace):
        known = self.env[model]._fields
        names = [name for name in trace.changes or {} if name in known]
        labels = (known[name]._description_string(self.env) for name in names)
        return ", ".join(sorted(filter(None, labels)))

    # === ACCESS ===

    @api.model
    def _tell_accesses(self, scope, entries, zone):
        return [
            {
                "ref": _ref(entry),
                "when": self._when(entry.create_date, zone),
                "what": self._label(entry, "kind"),
                "by": entry.user_id.name if scope.internal else "",
                "reason": (entry.reason or "") if scope.internal else "",
            }
            for entry in entries
        ]


def _ref(record):
    """How a record is named in the file and by the verifier."""
    return f"{record._name}/{record.id}"
