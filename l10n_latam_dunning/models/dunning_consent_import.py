import re
from collections import defaultdict
from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .dunning_consent_check import EARLIEST

TEMPLATE = "/l10n_latam_dunning/static/xls/dunning_consent.xlsx"
CHOICES = ("channel", "event", "source", "kind")
# What a column that is not in the file means. A date and a channel cannot be guessed.
DEFAULTS = {"source": "import", "kind": "opt_in"}


class DunningConsent(models.Model):
    """Consents from a file, by Odoo's own importer. Every line is looked at before any is
    recorded: a line that is wrong is named with what to write instead, and nothing is half done."""

    _inherit = "dunning.consent"

    @api.model
    def get_import_templates(self):
        return [{"label": self.env._("Import Template for Consents"), "template": TEMPLATE}]

    @api.model
    def load(self, fields, data):
        """Record the lines of a file. The debtor is found by external id or database id, or in one
        column by name, tax identification or reference."""
        lines = _Lines(fields, data)
        problems = self._read_lines(lines)
        if problems:
            return {"ids": False, "messages": problems, "nextrow": 0}
        loaded = super().load(lines.names, lines.rows)
        if loaded["ids"]:
            self.browse(loaded["ids"])._tell()
        return loaded

    # === READING ===

    @api.model
    def _read_lines(self, lines):
        """Turn what people write into what Odoo reads, in place; returns the importer's messages
        about lines that cannot be recorded."""
        for name, value in DEFAULTS.items():
            lines.fill(name, value)
        lines.fill("event", "")
        wrong = {}

        def refuse(index, words):
            wrong.setdefault(index, words)

        self._read_debtors(lines, refuse)
        self._read_choices(lines, refuse)
        self._read_instants(lines, refuse)
        self._read_proofs(lines, refuse)
        self._read_repeated(lines, refuse)
        self._add_points(lines, wrong)
        return [
            {
                "type": "error",
                "message": words,
                "record": index + 1,
                "rows": {"from": index, "to": index},
            }
            for index, words in sorted(wrong.items())
        ]

    @api.model
    def _read_debtors(self, lines, refuse):
        """Find the debtors that are written as a name, tax identification or reference."""
        if "partner_id" not in lines.columns:
            if not {"partner_id/id", "partner_id/.id"} & set(lines.columns):
                for index in range(len(lines.rows)):
                    refuse(index, self.env._("Map a column to the debtor."))
            return
        texts = [str(text or "").strip() for text in lines.column("partner_id")]
        found = self._find_debtors({text for text in texts if text})
        lines.fill("partner_id/.id", "")
        lines.drop("partner_id")
        for index, text in enumerate(texts):
            debtors = found[text]
            if not text:
                refuse(index, self.env._("The debtor is missing."))
            elif not debtors:
                refuse(
                    index,
                    self.env._("Nobody has “%s” as name, tax identification or reference.", text),
                )
            elif len(debtors) > 1:
                refuse(
                    index,
                    self.env._(
                        "“%(text)s” may be any of %(count)s debtors. Write the tax "
                        "identification or the external id instead.",
                        text=text,
                        count=len(debtors),
                    ),
                )
            else:
                lines.put(index, "partner_id/.id", str(debtors.id))

    @api.model
    def _find_debtors(self, texts):
        """{text: the debtors it may mean}, in one query: names, references and, however they are
        punctuated, tax identifications."""
        Partner = self.env["res.partner"]
        named, bare = defaultdict(set), defaultdict(set)
        for text in texts:
            named[text.lower()].add(text)
            if _bare(text):
                bare[_bare(text)].add(text)
        query = SQL(
            """
            SELECT id FROM res_partner
             WHERE lower(name) IN %(names)s OR ref IN %(texts)s
                OR upper(regexp_replace(vat, '[^A-Za-z0-9]', '', 'g')) IN %(bare)s
            """,
            names=tuple(named) or ("",),
            texts=tuple(texts) or ("",),
            bare=tuple(bare) or ("",),
        )
        Partner.flush_model(["name", "ref", "vat"])
        ids = [row[0] for row in self.env.execute_query(query)] if texts else []
        found = defaultdict(Partner.browse)
        candidates = Partner.search_fetch(
            [("id", "in", ids)], ["name", "ref", "vat", "commercial_partner_id"]
        )
        for partner in candidates:
            meant = named.get((partner.name or "").lower(), set()) | ({partner.ref} & texts)
            for text in meant | bare.get(_bare(partner.vat or ""), set()):
                found[text] |= partner.commercial_partner_id
        return found

    @api.model
    def _read_choices(self, lines, refuse):
        """The words of a selection in any installed language, whatever their case."""
        for name in CHOICES:
            known = self._words_of(name)
            if name not in lines.columns:
                for index in range(len(lines.rows)):
                    refuse(index, self._choose(name, "", known))
                continue
            for index, value in enumerate(lines.column(name)):
                text = str(value or "").strip()
                if not text and name in DEFAULTS:
                    lines.put(index, name, DEFAULTS[name])
                elif text.lower() in known:
                    lines.put(index, name, known[text.lower()])
                else:
                    refuse(index, self._choose(name, text, known))
                if known.get(text.lower()) in ("mistaken", "other_hours"):
                    refuse(
                        index,
                        self.env._(
                            "“%s” is not imported: record it on its own, on the debtor's form.",
                            text,
                        ),
                    )

    @api.model
    def _words_of(self, name):
        """{word in lower case: value} of a selection."""
        words = {}
        for code, _name in self.env["res.lang"].get_installed():
            spoken = self.with_context(lang=code)
            for value, label in self._fields[name]._description_selection(spoken.env):
                words[label.lower()] = value
                words[value.lower()] = value
        return words

    @api.model
    def _choose(self, name, text, known):
        """What to write in a column instead of something unknown."""
        label = self._fields[name]._description_string(self.env)
        wanted = {value: value for value in known.values() if value != "mistaken"}
        for value, word in self._fields[name]._description_selection(self.env):
            if value in wanted:
                wanted[value] = word
        choices = ", ".join(sorted(wanted.values()))
        if not text:
            return self.env._("%(column)s is missing: %(choices)s.", column=label, choices=choices)
        return self.env._(
            "“%(text)s” is not known as %(column)s. Write one of: %(choices)s.",
            text=text,
            column=label,
            choices=choices,
        )

    @api.model
    def _read_instants(self, lines, refuse):
        """A fact has its day, which is past; none is guessed."""
        zone, now = ZoneInfo(self.env.user.tz or "UTC"), fields.Datetime.now()
        column = lines.column("effective_at") if "effective_at" in lines.columns else ()
        for index in range(len(lines.rows)):
            value = column[index] if column else ""
            if not value:
                refuse(index, self.env._("The day on which it was said is missing."))
                continue
            try:
                local = _instant(value)
                at = local.replace(tzinfo=zone).astimezone(timezone.utc).replace(tzinfo=None)
            except (ValueError, OverflowError):
                refuse(
                    index,
                    self.env._(
                        "“%s” is no day. Write it as 2026-03-31 or 2026-03-31 15:30:00.", value
                    ),
                )
                continue
            lines.put(index, "effective_at", fields.Datetime.to_string(local))
            if at > now:
                words = self.env._("%s lies ahead. Only what was said already is recorded.", value)
                refuse(index, words)
            elif at < EARLIEST:
                refuse(index, self.env._("%s is too long ago. Look at the year once more.", value))

    @api.model
    def _read_proofs(self, lines, refuse):
        """Whoever says that somebody agreed says where that can be seen."""
        proofs = lines.column("proof") if "proof" in lines.columns else ()
        for index, event in enumerate(lines.column("event")):
            proven = proofs and str(proofs[index] or "").strip()
            if event == "granted" and not proven:
                refuse(
                    index,
                    self.env._(
                        "A consent needs its proof: write where it is, such as contract, page and "
                        "clause."
                    ),
                )

    @api.model
    def _read_repeated(self, lines, refuse):
        """A line that says what is on record already would be there twice for good."""
        columns = ("partner_id/.id", "channel", "event", "effective_at")
        if not set(columns) <= set(lines.columns):
            return
        keys = list(zip(*(lines.column(name) for name in columns), strict=True))
        partners = {int(key[0]) for key in keys if str(key[0]).isdigit()}
        domain = Domain("partner_id", "in", list(partners)) & Domain("correction_ids", "=", False)
        seen = {}
        for fact in self.search_fetch(domain, ["partner_id", "channel", "event", "effective_at"]):
            at = fields.Datetime.context_timestamp(self, fact.effective_at)
            local = fields.Datetime.to_string(at.replace(tzinfo=None))
            seen[str(fact.partner_id.id), fact.channel, fact.event, local] = None
        for index, key in enumerate(keys):
            if key not in seen:
                seen[key] = index
            elif seen[key] is None:
                refuse(index, self.env._("This is on record already: take the line out."))
            else:
                refuse(
                    index,
                    self.env._("It says the same as row %s: take one of them out.", seen[key] + 1),
                )

    @api.model
    def _add_points(self, lines, wrong):
        """Tie each line to the number or address at which its debtor is reached now."""
        given = {"contact_point_id", "contact_point_id/id", "contact_point_id/.id"}
        if wrong or given & set(lines.columns) or "partner_id/.id" not in lines.columns:
            return
        vals_list = self._with_points(
            [
                {"partner_id": int(partner), "channel": channel}
                for partner, channel in zip(
                    lines.column("partner_id/.id"), lines.column("channel"), strict=True
                )
            ]
        )
        lines.fill("contact_point_id/.id", "")
        for index, vals in enumerate(vals_list):
            lines.put(index, "contact_point_id/.id", str(vals["contact_point_id"] or ""))


class _Lines:
    """The lines of a file, read and written by the name of a column."""

    def __init__(self, names, rows):
        self.names = list(names)
        self.rows = [list(row) for row in rows]

    @property
    def columns(self):
        return {name: index for index, name in enumerate(self.names)}

    def column(self, name):
        at = self.columns[name]
        return [row[at] for row in self.rows]

    def put(self, index, name, value):
        self.rows[index][self.columns[name]] = value

    def fill(self, name, value):
        """Add a column that is not there."""
        if name not in self.columns:
            self.names.append(name)
            for row in self.rows:
                row.append(value)

    def drop(self, name):
        at = self.columns[name]
        del self.names[at]
        for row in self.rows:
            del row[at]


def _bare(text):
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _instant(value):
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    return fields.Datetime.to_datetime(str(value).strip())
