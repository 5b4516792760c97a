import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.i18n import format_list

from ..core.law.jurisdiction import binds
from ..tools import cited
from .dunning_week import together

PLACEHOLDERS = ("company", "country", "channels", "hours", "law", "contact")
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
# What a text must say, or who agrees does not know to what.
NEEDED = ("company", "channels")


class DunningConsentText(models.Model):
    """A text by which a debtor is asked, or agrees in a contract: what is used, for what, on which
    channels, in which hours, and how to withdraw. A change makes a new version; facts keep the
    text that was shown, word for word."""

    _name = "dunning.consent.text"
    _description = "Text that asks for consent"
    _order = "kind, country_id, lang_code, id"

    kind = fields.Selection(
        [("clause", "Contract clause"), ("request", "Request")], required=True, default="clause"
    )
    country_id = fields.Many2one(
        "res.country", ondelete="restrict", help="Empty: every country without a text of its own."
    )
    lang_code = fields.Selection(
        [("es", "Spanish"), ("pt", "Portuguese"), ("en", "English")],
        "Language",
        required=True,
        default="es",
    )
    body = fields.Text(
        "Text",
        required=True,
        help="{{company}}, {{country}}, {{channels}}, {{hours}}, {{law}} and {{contact}} are "
        "filled in: the hours and articles from the law of the debtor's country.",
    )
    version = fields.Integer(default=1, readonly=True, copy=False, aggregator=False)

    _kind_unique = models.UniqueIndex(
        "(kind, COALESCE(country_id, 0), lang_code)",
        "There is a text of this kind for this country and language. Change that one.",
    )

    # === COMPUTE ===

    @api.depends("kind", "country_id", "lang_code", "version")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for text in self:
            parts = (kinds.get(text.kind), text.country_id.name, text.lang_code, text._version())
            text.display_name = " · ".join(filter(None, parts))

    def _version(self):
        place = f"{self.country_id.code}-" if self.country_id else ""
        return f"{self.kind} {place}{self.lang_code} v{self.version}"

    # === CONSTRAINTS ===

    @api.constrains("body")
    def _check_body(self):
        for text in self:
            used = set(PLACEHOLDER.findall(text.body))
            unknown = sorted(used - set(PLACEHOLDERS))
            missing = [f"{{{{{name}}}}}" for name in NEEDED if name not in used]
            if unknown:
                raise ValidationError(
                    self.env._(
                        "%(unknown)s is not known. What can be filled in: %(known)s.",
                        unknown=", ".join(f"{{{{{name}}}}}" for name in unknown),
                        known=", ".join(f"{{{{{name}}}}}" for name in PLACEHOLDERS),
                    )
                )
            if missing:
                raise ValidationError(
                    self.env._(
                        "Whoever agrees must know to whom and to what: the text needs %s.",
                        ", ".join(missing),
                    )
                )

    # === CRUD ===

    def write(self, vals):
        if "body" not in vals:
            return super().write(vals)
        for text in self:
            changed = {"version": text.version + 1} if text.body != vals["body"] else {}
            super(DunningConsentText, text).write({**vals, **changed})
        return True

    # === BUSINESS ===

    @api.model
    def _for(self, kind, country, lang):
        """The text of a kind for a country in a language: its own, else that for all."""
        code = (lang or "es")[:2]
        codes = [code if code in dict(self._fields["lang_code"].selection) else "es"]
        found = self.sudo().search(
            [
                ("kind", "=", kind),
                ("country_id", "in", [country.id, False]),
                ("lang_code", "in", codes),
            ]
        )
        return (found.filtered("country_id") or found)[:1]

    def _fill(self, company, country, channels, lang):
        """The text as a person reads it. ``lang`` is an installed language."""
        self.ensure_one()
        spoken = self.with_context(lang=lang)
        values = {
            "company": company._dunning_named(),
            "country": country.with_context(lang=lang).name or "",
            "channels": spoken._channels_in_words(channels),
            "hours": spoken._hours_in_words(country, channels),
            "law": spoken._law_in_words(country, channels),
            "contact": ", ".join(filter(None, (company.email, company.phone))) or company.name,
        }
        return PLACEHOLDER.sub(lambda found: values[found[1]], self.body).strip()

    @api.model
    def _channels_in_words(self, channels):
        field = self.env["dunning.consent"]._fields["channel"]
        labels = dict(field._description_selection(self.env))
        return format_list(self.env, [labels[channel] for channel in channels])

    @api.model
    def _law_now(self, country):
        today = fields.Date.context_today(self)
        return self.env["dunning.jurisdiction"]._law_book().in_force(country.code or "", "", today)

    @api.model
    def _hours_in_words(self, country, channels):
        """The hours in which the law of a country, prudently read, lets these channels speak."""
        law = self._law_now(country)
        hours = {}
        for channel in channels:
            windows = [w for w in law.windows if binds(w.channels, channel)] if law else []
            open_hours = together(window.hours for window in windows)
            hours.setdefault(str(open_hours) if open_hours else "", []).append(channel)
        in_words = self.env["dunning.jurisdiction"]._hours_in_words
        told = []
        for notation, named in hours.items():
            words = in_words(notation) if notation else self.env._("the hours that the law allows")
            several = len(hours) > 1
            told.append(f"{self._channels_in_words(named)}: {words}" if several else words)
        return "; ".join(told)

    @api.model
    def _law_in_words(self, country, channels):
        """The articles that ask for this consent."""
        law = self._law_now(country)
        rules = law.consents if law else ()
        articles = [
            cited(self.env, rule.citation.legal_reference)
            for rule in rules
            if rule.citation.layer == "law" and any(binds(rule.channels, c) for c in channels)
        ]
        return "; ".join(dict.fromkeys(articles)) or self.env._("the law of data protection")


class ResCompany(models.Model):
    _inherit = "res.company"

    def _dunning_named(self):
        """The company as a contract names it."""
        self.ensure_one()
        return f"{self.name} ({self.vat})" if self.vat else self.name
