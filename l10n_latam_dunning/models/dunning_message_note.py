from zoneinfo import ZoneInfo

from markupsafe import Markup
from odoo import api, models
from odoo.tools import format_datetime

from ..core.law.verdict import Verdict, sentence
from ..tools import cited


class DunningMessage(models.Model):
    """What a message says of itself: why it waits or was not sent, and the chatter's notes."""

    _inherit = "dunning.message"

    # === COMPUTE ===

    @api.depends("verdict", "state", "history")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for message in self:
            verdict = Verdict.from_dict(message.verdict) if message.verdict else None
            reasons = self._reasons_at(verdict, message.state)
            words = "\n".join(self._explain(check) for check in reasons)
            if message.state == "cancelled" and not reasons:
                words = message._last_note()
            message.explanation = words

    @api.depends("verdict")
    @api.depends_context("lang")
    def _compute_verdict_html(self):
        marks = {"pass": "✓", "wait": "◷", "refuse": "✗"}
        for message in self:
            verdict = Verdict.from_dict(message.verdict) if message.verdict else None
            message.law = verdict.jurisdiction if verdict else False
            rows = Markup("").join(
                Markup("<tr><td>%s</td><td>%s</td><td>%s</td></tr>")
                % (marks[check.outcome], self._explain(check), check.code)
                for check in (verdict.checks if verdict else ())
            )
            message.verdict_html = Markup('<table class="table table-sm">%s</table>') % rows

    @api.depends("history")
    @api.depends_context("lang")
    def _compute_history_html(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for message in self:
            message.history_html = Markup('<table class="table table-sm">%s</table>') % Markup(
                ""
            ).join(
                Markup("<tr><td>%s UTC</td><td>%s</td><td>%s</td></tr>")
                % (entry["at"], labels.get(entry["state"], ""), entry.get("note", ""))
                for entry in message.history or ()
            )

    # === WORDS ===

    def _reasons(self):
        """The checks of the stored verdict that stood in the way."""
        self.ensure_one()
        return Verdict.from_dict(self.verdict).reasons if self.verdict else ()

    @api.model
    def _reasons_at(self, verdict, state):
        """The checks of a verdict that say why a message is in a state: what only delayed one did
        not end it."""
        if not verdict or (state == "cancelled" and verdict.outcome != "refuse"):
            return ()
        return verdict.reasons

    def _last_note(self):
        """What was noted at the last step."""
        return (self.history or [{}])[-1].get("note") or ""

    @api.model
    def _explain(self, check):
        """A check in the user's language: what, with figures, article and layer."""
        source, figures = sentence(check)
        if "channel" in figures:
            labels = dict(
                self.env["dunning.consent"]._fields["channel"]._description_selection(self.env)
            )
            figures = {**figures, "channel": labels.get(figures["channel"], figures["channel"])}
        if "hours" in figures:
            hours = self.env["dunning.jurisdiction"]._hours_in_words(figures["hours"])
            figures = {**figures, "hours": hours}
        text = self.env._(source, **figures)
        if figures.get("detail"):
            text = f"{text} ({figures['detail']})"
        reference = cited(self.env, check.legal_reference)
        return f"{text} [{reference}]" if reference else text

    def _zone(self):
        """The debtor's zone by the last verdict, UTC when none is known."""
        zones = (self.verdict or {}).get("zones") or ["UTC"]
        return ZoneInfo(zones[0])

    def _when(self, instant):
        """An instant for people: the debtor's local time, and UTC."""
        zone = self._zone()
        local = format_datetime(self.env, instant, tz=zone.key, dt_format="yyyy-MM-dd HH:mm")
        return f"{local} {zone.key} ({instant:%Y-%m-%d %H:%M} UTC)"

    def _log_state(self):
        """A note on each invoice of these messages: what happened and, where it matters, why."""
        bodies = {}
        for company in self.company_id:
            office = self.with_context(lang=company.partner_id.lang or self.env.lang)
            for message in office.filtered(lambda m, company=company: m.company_id == company):
                note = message._state_note()
                for move in message.line_ids.move_id:
                    bodies[move.id] = bodies.get(move.id, Markup()) + note
        self.env["account.move"]._dunning_log_notes(bodies)

    def _state_note(self):
        """The chatter's note for the present state, as markup."""
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        channels = dict(self._fields["channel"]._description_selection(self.env))
        channel = channels.get(self.channel, self.channel)
        title = Markup("<p><strong>%s</strong> · %s · %s · %s</p>") % (
            labels[self.state],
            channel,
            self._occasion(),
            self.contact_point_id.masked or "",
        )
        rows = list(self._note_rows())
        return title + Markup("").join(Markup("<p>%s</p>") % row for row in rows)

    def _occasion(self):
        """What it is about: its level, an agreed payment, a notice, thanks, or a question."""
        if self.purpose == "identity":
            return self.env._("First touch")
        if self.purpose == "consent":
            return self.env._("Request for consent")
        if self.thanks:
            return self.env._("Thanks for the payment")
        if self.agreement_id:
            return self.env._("Confirmation of the agreement")
        if self.hold_id:
            return self.env._("Reported payment not found")
        if self.instalment_id:
            return self.env._("Agreed payment of %s", self.instalment_id._in_words())
        return self.level_id.name or ""

    def _note_rows(self):
        if self.state == "sent":
            yield self._when(self.attempted_at)
            if self.subject:
                yield Markup("<strong>%s</strong>") % self.subject
            yield Markup("<em>%s</em>") % Markup("<br/>").join((self.body or "").splitlines())
        elif self.state in ("delivered", "read"):
            yield self._when(self.read_at if self.state == "read" else self.delivered_at)
        elif self.state == "queued":
            yield self._last_note()
        elif self.state == "waiting":
            yield self.env._("Leaves from %s.", self._when(self.not_before))
            yield self.explanation
        elif self.state in ("refused", "approval"):
            yield self.explanation or ""
        elif self.state == "failed" and not (self.error_code or self.error_details):
            yield self._last_note()
        elif self.state == "failed":
            yield from self.env["dunning.channel"]._of(self.channel)._failure_words(self)
        elif self.state == "uncertain":
            yield self.env._(
                "Nobody knows yet whether it arrived. It is not sent again by itself: a receipt "
                "or a person settles it."
            )
        elif self.state == "cancelled":
            yield self._last_note() or self.explanation or ""
