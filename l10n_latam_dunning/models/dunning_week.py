from babel.dates import get_day_names
from odoo import api, fields, models, tools
from odoo.tools.misc import babel_locale_parse, get_lang

from ..core.law.calendar import intersection
from ..core.law.jurisdiction import MINUTES_A_DAY, LawError, OpeningHours, binds
from .dunning_jurisdiction import CONFIDENCES

CHANNEL = "whatsapp"
WHOLE_WEEK = (((0, MINUTES_A_DAY),),) * 7


class DunningJurisdiction(models.Model):
    """A jurisdiction at a glance: the week that it leaves open, and its rules in a line."""

    _inherit = "dunning.jurisdiction"

    week = fields.Json(
        "Open hours",
        compute="_compute_week",
        help="The hours of a week in which the law allows a message, and those of the prudent "
        "default within. What a company adds, and holidays, are not in it.",
    )
    caps_law = fields.Char("Limits of the law", compute="_compute_at_a_glance")
    caps_prudent = fields.Char("Prudent limits", compute="_compute_at_a_glance")
    consent_text = fields.Char("Consent for WhatsApp", compute="_compute_at_a_glance")
    confidence = fields.Selection(
        CONFIDENCES,
        "Least sure of its rules",
        compute="_compute_confidence",
        help="How sure the least certain of its values is.",
    )
    in_force = fields.Boolean(compute="_compute_in_force", search="_search_in_force")

    @api.depends("rule_ids.legal", "rule_ids.prudent", "date_from", "date_to", "margin_minutes")
    @api.depends_context("lang")
    def _compute_week(self):
        names = self._day_names("abbreviated")
        for law in self:
            windows = [w for w in law._in_book().windows if binds(w.channels, CHANNEL)]
            by_law = together(w.hours for w in windows if w.citation.layer == "law")
            prudent = together(w.hours for w in windows)
            law.week = {
                "days": [
                    {
                        "name": names[day],
                        "law": by_law.week[day] if by_law else None,
                        "prudent": prudent.week[day] if prudent else [],
                    }
                    for day in range(7)
                ],
                "law": self._hours_in_words(str(by_law)) if by_law else "",
                "prudent": self._hours_in_words(str(prudent)) if prudent else "",
                "margin": law.margin_minutes,
            }

    @api.depends("rule_ids.legal", "rule_ids.prudent", "rule_ids.channels", "rule_ids.kind")
    @api.depends_context("lang")
    def _compute_at_a_glance(self):
        kinds = dict(self.env["dunning.consent"]._fields["kind"]._description_selection(self.env))
        for law in self:
            book = law._in_book()
            caps = [cap for cap in book.caps if binds(cap.channels, CHANNEL)]
            law.caps_law = self._caps_in_words(c for c in caps if c.citation.layer == "law")
            law.caps_prudent = self._caps_in_words(c for c in caps if c.citation.layer != "law")
            consents = [c.kind for c in book.consents if binds(c.channels, CHANNEL)]
            strictest = max(consents, key=("none", "opt_in", "express").index, default="none")
            law.consent_text = kinds.get(strictest, self.env._("Not asked for"))

    @api.depends("rule_ids.confidence")
    def _compute_confidence(self):
        order = [key for key, _label in CONFIDENCES].index
        for law in self:
            law.confidence = max(law.rule_ids.mapped("confidence"), key=order, default=False)

    @api.depends("date_from", "date_to")
    def _compute_in_force(self):
        today = fields.Date.context_today(self)
        for law in self:
            law.in_force = law.date_from <= today and (not law.date_to or today <= law.date_to)

    def _search_in_force(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        domain = fields.Domain("date_from", "<=", today) & (
            fields.Domain("date_to", "=", False) | fields.Domain("date_to", ">=", today)
        )
        return domain if True in value else ~domain

    def _in_book(self):
        """This version as the gate reads it; a state's together with its country's."""
        self.ensure_one()
        book = self._law_book()
        country, state = self.country_id.code, self._state_iso(self.state_id.id)
        mine = next(law for law in book.versions(country, state) if law.date_from == self.date_from)
        if not state:
            return mine
        today = fields.Date.context_today(self)
        day = max(self.date_from, min(today, self.date_to or today))
        return book.in_force(country, state, day) or mine

    # === WORDS ===

    @api.model
    @tools.ormcache("notation", "self.env.lang")
    def _hours_in_words(self, notation):
        """Opening hours in the user's language; what cannot be read stays as it is written."""
        try:
            hours = OpeningHours.parse(notation)
        except LawError:
            return notation
        names = self._day_names("abbreviated")
        parts = [
            f"{names[first] if first == last else f'{names[first]}–{names[last]}'} {_clock(spans)}"
            for first, last, spans in _runs(hours.week)
            if spans
        ]
        if hours.holidays:
            parts.append(self.env._("on holidays %s", _clock(hours.holidays)))
        elif hours.holidays is not None:
            parts.append(self.env._("closed on holidays"))
        return "; ".join(parts)

    @api.model
    def _caps_in_words(self, caps):
        """Frequency limits in the user's language."""
        words = {
            "day": lambda number: self.env._("%s a day", number),
            "week": lambda number: self.env._("%s in 7 days", number),
            "month": lambda number: self.env._("%s in 31 days", number),
            "hours": lambda number: self.env._("%s hours apart", number),
            "days": lambda number: self.env._("%s days apart", number),
            "channels": lambda number: self.env._("%s channel(s) a week", number),
        }
        limits = [limit for cap in caps for limit in cap.caps.limits]
        return ", ".join(dict.fromkeys(words[limit.unit](limit.number) for limit in limits))

    @api.model
    def _day_names(self, width):
        """The seven weekdays from Monday on, in the user's language."""
        locale = babel_locale_parse(get_lang(self.env).code)
        names = get_day_names(width, context="stand-alone", locale=locale)
        return [names[day].rstrip(".") for day in range(7)]


def together(hours):
    """Hours that are open in all of several, or None of none. Holidays count as the strictest."""
    hours = list(hours)
    if not hours:
        return None
    week = WHOLE_WEEK
    for one in hours:
        week = tuple(intersection(*pair) for pair in zip(week, one.week, strict=True))
    kept = [one.holidays for one in hours if one.holidays is not None]
    holidays = kept[0] if kept else None
    for one in kept[1:]:
        holidays = intersection(holidays, one)
    return OpeningHours(week, holidays)


def _runs(week):
    """(first day, last day, spans) of neighbouring days that are alike."""
    runs = []
    for day, spans in enumerate(week):
        if runs and runs[-1][2] == spans:
            runs[-1] = (runs[-1][0], day, spans)
        else:
            runs.append((day, day, spans))
    return runs


def _clock(spans):
    return ", ".join(f"{a // 60:02}:{a % 60:02}–{b // 60:02}:{b % 60:02}" for a, b in spans)
