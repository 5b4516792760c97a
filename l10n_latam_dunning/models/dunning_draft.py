import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from .dunning_text import GENERAL
from .dunning_variable import LACKING
from .dunning_whatsapp_template import VARIABLES

# What a channel itself knows, beside the values of every text.
OF_CHANNEL = frozenset({"unsubscribe_link", "company_phone"})
# What a text of Odoo's templates may say: object.text['amount_total'] and so on. What not every
# debtor has a value for is left out, where the channel does not check it: nothing empty is sent.
NAMES = (frozenset(VARIABLES) - frozenset(LACKING)) | OF_CHANNEL
# What only a notice has a value for: an agreement confirmed, a payment that was not found.
OF_NOTICE = frozenset({"agreement_terms", "own_words"})
# Values that list things, one a line where there is room for lines.
LISTS = frozenset({"invoice_list"})
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_OTHER_FIELD = re.compile(r"\bobject\.(?!text\b)")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a template of Odoo says in the debtor's language, with {{names}} where values go: so
    the gate judges the very words that are sent. False where ``problem`` says what is missing."""

    template: Any = None
    language: str = ""
    parts: Mapping[str, str] | None = None
    problem: str = ""

    def __bool__(self):
        return not self.problem

    @property
    def names(self):
        """The values that go into it."""
        return sorted({name for part in self.parts.values() for name in _PLACE.findall(part)})

    @property
    def wording(self):
        """All that it says, as plain text."""
        return "\n".join(_plain(part) for part in self.parts.values())

    def fill(self, name, values):
        """A part as the debtor reads it; in markup, values are text."""
        part = self.parts[name]
        if not isinstance(part, Markup):
            return _PLACE.sub(lambda place: values[place[1]], part)
        return Markup(_PLACE.sub(lambda place: _in_markup(place[1], values[place[1]]), str(part)))


class DunningText(models.AbstractModel):
    """The texts of Odoo's own templates, which are about ``dunning.message``."""

    _inherit = "dunning.text"

    @api.model
    def _draft(self, template, fields, candidate):
        """The :class:`Draft` of a template's fields for a candidate; the last field is the body.
        Templates that speak of the amounts alone are rendered once a transaction and language."""
        language = self._language_of(template, fields[-1], candidate.partner, candidate.company)
        if not language:
            problem = self.env._("%s has no text in the debtor's language", template.display_name)
            return Draft(problem=problem)
        template = template.with_context(lang=language)
        sources = tuple(template[name] or "" for name in fields)
        if any(_OTHER_FIELD.search(source) for source in sources):
            return self._render(template, fields, language, candidate)
        drafts = self.env.cr.cache.setdefault("dunning.draft", {})
        key = (template._name, template.id, language, candidate.company.id, sources)
        if key not in drafts:
            drafts[key] = self._render(template, fields, language, candidate)
        return drafts[key]

    @api.model
    def _render(self, template, fields, language, candidate):
        stub = self._stub(candidate)
        try:
            parts = {
                name: template._render_field(name, list(stub._ids))[stub.id] for name in fields
            }
        except UserError:
            problem = self.env._(
                "%s holds a placeholder that cannot be filled in", template.display_name
            )
            return Draft(problem=problem)
        unknown = sorted(set(Draft(parts=parts).names) - self._names(candidate))
        if unknown:
            problem = self.env._(
                "%(name)s asks for values that do not exist: %(unknown)s",
                name=template.display_name,
                unknown=", ".join(unknown),
            )
            return Draft(problem=problem)
        return Draft(template, language, parts)

    @api.model
    def _stub(self, candidate):
        """The message that a candidate would become, in memory, with names in place of values."""
        return self.env["dunning.message"].new(
            {
                "company_id": candidate.company.id,
                "partner_id": candidate.partner.id,
                "policy_id": candidate.policy.id,
                "level_id": candidate.level.id,
                "currency_id": candidate.currency.id,
                "channel": candidate.channel,
                "purpose": candidate.purpose,
                "amount_total": candidate.amount,
                "values": {name: f"{{{{{name}}}}}" for name in self._names(candidate)},
            }
        )

    @api.model
    def _names(self, candidate):
        """The values that a text may ask for."""
        return NAMES | OF_NOTICE if candidate.mail_template else NAMES

    @api.model
    def _language_of(self, template, field, partner, company):
        """In which installed language a template speaks to a debtor: his own, a sister of it, or,
        where he has one of neither Spanish nor Portuguese, the source; nothing where it has no
        such text."""
        own = partner.lang or company.partner_id.lang or "en_US"
        base = own[:2]
        wanted = [own, f"{base}_{partner.country_id.code}", "es_419", "pt_BR"]
        written = self._written_in(template, field)
        sisters = [code for code in [*wanted, *written] if code in written and code[:2] == base]
        return next(iter(sisters), "" if base in GENERAL else "en_US")

    @api.model
    def _written_in(self, template, field):
        """The installed languages in which somebody wrote a field of a template."""
        known = self.env.cr.cache.setdefault("dunning.written_in", {})
        key = (template._name, template.id, field)
        if key not in known:
            stored = template._fields[field]._get_stored_translations(template) or {}
            installed = [code for code, _name in self.env["res.lang"].get_installed()]
            known[key] = [code for code in installed if code in stored]
        return known[key]


def _plain(part):
    return html2plaintext(part) if isinstance(part, Markup) else part


def _in_markup(name, value):
    if name not in LISTS:
        return escape(value)
    return Markup("<br/>").join(value.split("; "))
