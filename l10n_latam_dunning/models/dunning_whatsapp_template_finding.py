from odoo import api, fields, models, tools

from ..core.law.wording import check_wording, wording_rules
from ..core.law.wording_sentences import WORDING_SENTENCES
from ..core.whatsapp.template_rules import (
    PARTS,
    check_filled,
)
from ..core.whatsapp.variables import COUNTRIES_OF, samples
from ..tools import cited

SHOWN_COUNTRIES = 4
SHOWN_REFERENCES = 3


class DunningWhatsappTemplate(models.Model):
    """What is wrong with a text, found while it is written: Meta's rules, the wording that the
    law of each country wants where the text is used, and what the company itself lacks."""

    _inherit = "dunning.whatsapp.template"

    findings = fields.Json(compute="_compute_findings", help="What stands against this text.")

    @api.depends(
        *("name", "language", "header_kind", "header_text", "body", "footer", "account_id"),
        *("button_ids.kind", "button_ids.text", "button_ids.action", "button_ids.link"),
        "button_ids.url",
    )
    @api.depends_context("lang")
    def _compute_findings(self):
        for template in self:
            siblings = template._siblings()
            template.findings = [
                *template._meta_findings(siblings),
                *template._law_findings(siblings),
                *template._company_findings(),
            ]

    def _siblings(self):
        """The other templates of the account, or the other shipped ones, in one query."""
        domain = [("account_id", "=", self.account_id.id), ("id", "!=", self._origin.id)]
        return self.search_fetch(
            domain, ["name", "language", "header_kind", "header_text", "body", "footer"]
        )

    # === META ===

    def _meta_findings(self, siblings):
        found = self._rule_findings()
        found += check_filled(self.body or "", samples(self.language or ""))
        for finding in found:
            yield _finding(
                "meta",
                finding.severity,
                finding.code,
                self.env._(finding.message, **finding.figures),
                part=self.env._(PARTS[finding.part]) if finding.part in PARTS else finding.part,
                reason=self.env._(finding.reason),
            )
        for name in self._unknown_variables():
            yield _finding(
                "meta",
                "error",
                "unknown_variable",
                self.env._("There is no variable “%(name)s”.", name=name),
                part=self.env._(PARTS["body"]),
                reason=self.env._("Nothing could be filled in for it. Insert one of the list."),
            )
        double = siblings.filtered(
            lambda other: (
                (other.language, (other.body or "").strip(), other.footer or "")
                == (self.language, (self.body or "").strip(), self.footer or "")
            )
        )
        if double and self.body:
            yield _finding(
                "meta",
                "warning",
                "duplicate",
                self.env._("%(name)s has the same text.", name=double[0].display_name),
                part=self.env._(PARTS["body"]),
                reason=self.env._("WhatsApp rejects a text that it already has."),
            )

    # === LAW ===

    def _law_findings(self, siblings):
        """One finding for each thing that is wrong, with the countries where it is."""
        text, lang = self._wording(), (self.language or "")[:2]
        labels = "\n".join(button.text or "" for button in self.button_ids)
        text = "\n".join(filter(None, [text, labels]))
        if not text.strip():
            return []
        carries = self._carries()
        grouped = {}
        for country, rules in self._places(siblings):
            for finding in check_wording(text, lang=lang, rules=rules, placeholders=carries):
                # the laws ask for the same content under several names
                key = (_sentence(finding), finding.start)
                grouped.setdefault(key, []).append((country, finding))
        codes = {country for found in grouped.values() for country, _finding in found}
        countries = self.env["res.country"].search([("code", "in", list(codes))])
        names = {country.code: country.name for country in countries}
        return [
            self._law_finding(sentence, found, names)
            for (sentence, _start), found in grouped.items()
        ]

    def _law_finding(self, sentence, found, names):
        """One finding of all that the countries have against the same words; what is law and
        stops a message comes first."""
        found = sorted(found, key=lambda pair: (pair[1].severity, pair[1].layer != "law"))
        _country, first = found[0]
        return _finding(
            "law" if first.layer == "law" else "company",
            "error" if first.severity == "blocking" else "warning",
            first.code,
            self.env._(sentence, **{"phrase": "", **first.figures}),
            reason=self._reference_words(found, names),
            phrase=first.phrase,
            better=first.better,
            url=first.source_url,
        )

    def _reference_words(self, found, names):
        """Which article says so, and where."""
        places = {}
        for country, finding in found:
            places.setdefault(finding.legal_reference, {})[names.get(country, country)] = None
        words = [
            f"{cited(self.env, reference)}: {self._listed_words(sorted(countries))}"
            for reference, countries in list(places.items())[:SHOWN_REFERENCES]
        ]
        more = len(places) - SHOWN_REFERENCES
        return "; ".join([*words, self.env._("%s more", more)] if more > 0 else words)

    def _listed_words(self, names):
        """Names; of many, the first and how many more."""
        more = len(names) - SHOWN_COUNTRIES
        if more <= 0:
            return ", ".join(names)
        listed = ", ".join(names[:SHOWN_COUNTRIES])
        return self.env._("%(listed)s and %(more)s more", listed=listed, more=more)

    def _places(self, siblings):
        """(country code, rules on wording) of the places where this text is used: those of its
        language that have no wording of their own, as far as the ladders reach."""
        book = self._wording_book(fields.Date.context_today(self))
        return [
            (country, rules)
            for country in self._countries(siblings)
            for rules in book.get(country, ())
        ]

    def _countries(self, siblings):
        """Codes of the countries whose debtors get this text."""
        base, _mark, own = (self.language or "").partition("_")
        book = set(self._wording_book(fields.Date.context_today(self)))
        others = {code for codes in COUNTRIES_OF.values() for code in codes}
        if base in COUNTRIES_OF:
            spoken = set(COUNTRIES_OF[base])
        else:
            spoken = {own} if own in book else book - others
        spoken -= {
            other.language.partition("_")[2]
            for other in siblings
            if other.name == self.name and other.language[:2] == base
        } - {own}
        reached = self._reached_countries()
        return sorted(spoken if reached is None else spoken & reached)

    def _reached_countries(self):
        """Codes of the countries that the account's ladders cover, None for all."""
        if not self.account_id:
            return None
        policies = self.env["dunning.policy"].search([("account_id", "=", self.account_id.id)])
        if not policies or not all(policy.country_id for policy in policies):
            return None
        return set(policies.country_id.mapped("code"))

    @api.model
    @tools.ormcache("day")
    def _wording_book(self, day):
        """{country code: rules on wording of the country and of its states} in force on a day."""
        law = self.env["dunning.jurisdiction"]._law_book()
        book = {}
        for place in law.jurisdictions:
            in_force = law.in_force(place.country, place.state, day)
            if in_force:
                rules = book.setdefault(place.country, {})
                rules[place.state] = wording_rules(in_force)
        return {country: tuple(rules.values()) for country, rules in book.items()}

    # === COMPANY ===

    def _company_findings(self):
        company = self.account_id.company_id
        if not company:
            return
        names = [*self._variables()]
        if "order" in self.button_ids.mapped("kind"):
            names.append("pix_code")
        for why in self.env["dunning.variable"]._company_lacks(company, names):
            yield _finding(
                "company",
                "warning",
                "lacking",
                self.env._("This text is sent to nobody: %(why)s.", why=why),
                reason=self.env._("A message never leaves with an empty place in it."),
            )


def _sentence(finding):
    unknown = WORDING_SENTENCES["wording.missing_unknown"]
    return WORDING_SENTENCES.get(f"wording.{finding.code}", unknown)


def _finding(source, severity, code, text, **more):
    return {"source": source, "severity": severity, "code": code, "text": text, **more}
