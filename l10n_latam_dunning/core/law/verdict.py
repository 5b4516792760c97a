"""What the gate answers: an outcome, and every rule that was checked to reach it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from .wording_sentences import WORDING_SENTENCES

Layer = Literal["law", "company"]
CheckOutcome = Literal["pass", "wait", "refuse"]
VerdictOutcome = Literal["send", "wait", "refuse"]


def _(text: str) -> str:
    """Mark a sentence for extraction; Odoo translates it when it is shown."""
    return text


class Check(NamedTuple):
    """One rule and how it went. `until` is when this rule alone would allow the contact.

    A tuple, because some five of them are made in each decision.
    """

    code: str
    outcome: CheckOutcome
    layer: Layer
    legal_reference: str = ""
    source_url: str = ""
    figures: Mapping[str, str] = MappingProxyType({})
    until: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON, without the keys that say nothing."""
        data: dict[str, Any] = {"code": self.code, "outcome": self.outcome, "layer": self.layer}
        if self.legal_reference:
            data["legal_reference"] = self.legal_reference
        if self.source_url:
            data["source_url"] = self.source_url
        if self.figures:
            data["figures"] = dict(self.figures)
        if self.until:
            data["until"] = self.until.isoformat()
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Check:
        """The check that `to_dict` wrote."""
        return cls(
            code=data["code"],
            outcome=data["outcome"],
            layer=data["layer"],
            legal_reference=data.get("legal_reference", ""),
            source_url=data.get("source_url", ""),
            figures=data.get("figures", {}),
            until=_instant(data.get("until")),
        )


class Verdict(NamedTuple):
    """The gate's answer. A verdict that says `send` is the message's permit."""

    outcome: VerdictOutcome
    at: datetime
    not_before: datetime | None
    jurisdiction: str
    zones: tuple[str, ...]
    checks: tuple[Check, ...]

    @property
    def reasons(self) -> tuple[Check, ...]:
        """The checks that do not pass, in the order in which they were made."""
        return tuple(check for check in self.checks if check.outcome != "pass")

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON that stands alone: it is kept as evidence beside the message."""
        return {
            "outcome": self.outcome,
            "at": self.at.isoformat(),
            "not_before": self.not_before.isoformat() if self.not_before else None,
            "jurisdiction": self.jurisdiction,
            "zones": list(self.zones),
            "checks": [check.to_dict() for check in self.checks],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Verdict:
        """The verdict that `to_dict` wrote."""
        return cls(
            outcome=data["outcome"],
            at=datetime.fromisoformat(data["at"]),
            not_before=_instant(data.get("not_before")),
            jurisdiction=data.get("jurisdiction", ""),
            zones=tuple(data.get("zones", ())),
            checks=tuple(Check.from_dict(check) for check in data.get("checks", ())),
        )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


# One whole sentence for each code; a dotted key is the variant that a check's figure `variant`
# asks for. Dates in the figures are local to the debtor.
SENTENCES: dict[str, str] = {
    "outside_window": _(
        "The law allows contact at these hours: %(hours)s. At the debtor's place (%(zone)s) it is"
        " %(local)s; it opens at %(opens)s."
    ),
    "holiday": _(
        "At the debtor's place (%(zone)s) %(date)s is a holiday (%(name)s), and no contact is made"
        " on holidays; it opens at %(opens)s."
    ),
    "quota_day": _(
        "The law allows %(limit)s contact(s) a day, and today's are used up: %(used)s of %(limit)s"
        " (%(instants)s)."
    ),
    "quota_week": _(
        "The law allows %(limit)s contact(s) in any seven days, and they are used up: %(used)s of"
        " %(limit)s (%(instants)s)."
    ),
    "quota_month": _(
        "The law allows %(limit)s contact(s) a month, and they are used up: %(used)s of %(limit)s"
        " (%(instants)s)."
    ),
    "min_gap": _(
        "The law asks for at least %(limit)s hours between two contacts; the last one was on"
        " %(instants)s."
    ),
    "min_gap.days": _(
        "The law asks for at least %(limit)s calendar days from one contact to the next; the last"
        " one was on %(instants)s."
    ),
    "one_channel_week": _(
        "The law allows contact by %(limit)s channel(s) only within a week; in the last seven days"
        " other channels were used: %(instants)s."
    ),
    "no_consent": _(
        "The debtor has not agreed to be contacted by %(channel)s, and that agreement is needed"
        " here."
    ),
    "no_consent.express": _(
        "The debtor gave a general agreement for %(channel)s on %(date)s, but an express"
        " authorisation of this channel is needed here."
    ),
    "consent_withdrawn": _("The debtor withdrew the consent for %(channel)s on %(date)s."),
    "third_party": _(
        "Only the debtor, a guarantor or a legal representative may hear of the debt; nobody else"
        " is written to."
    ),
    "third_party.third_party": _(
        "The number or address is a third party's, such as an employer's. Only the debtor, a"
        " guarantor or a legal representative may hear of the debt."
    ),
    "third_party.guarantor": _(
        "Here only the debtor and a legal representative are written to, not a guarantor."
    ),
    "suppressed": _("The debtor's number or address is on a do-not-contact list."),
    "suppressed.register": _(
        "The debtor's number or address is on a do-not-contact list (%(register)s)."
    ),
    "contact_invalid": _("There is no valid number or address for this channel."),
    "contact_invalid.why": _("There is no valid number or address for this channel: %(why)s."),
    "contact_unverified": _(
        "Nobody has confirmed yet that this number or address is the debtor's."
    ),
    "contact_unverified.guarantor": _(
        "The number or address is a guarantor's, and this text speaks to the debtor."
    ),
    "first_touch": _(
        "Nobody has confirmed yet that this number is the debtor's. Before anything is said of the"
        " debt, a neutral message asks whether it is."
    ),
    "first_touch.planned": _(
        "A neutral message that asks whether this number is the debtor's is on its way; what speaks"
        " of the debt waits for the answer."
    ),
    "first_touch.asked": _(
        "On %(date)s a neutral message asked whether this number is the debtor's; what speaks of"
        " the debt waits for the answer."
    ),
    "first_touch.silent": _(
        "On %(date)s a neutral message asked whether this number is the debtor's, and nobody has"
        " answered in %(days)s day(s). It is not asked again: a person has to make sure."
    ),
    "first_touch.failed": _(
        "The neutral message that asks whether this number is the debtor's did not arrive. It is"
        " not asked again: a person has to make sure."
    ),
    "first_touch.shared": _(
        "Somebody else has confirmed this number as his. A person has to make sure that it is this"
        " debtor's too."
    ),
    "first_touch.answered": _("The number is confirmed: there is nothing left to ask."),
    "contact_quarantined": _("This number or address is set aside after a failure or a complaint."),
    "channel_not_wished": _("The debtor asked on his page to be written to by %(channel)s only."),
    "contact_unreachable": _("Messages to this number or address came back again and again."),
    "hold": _("Reminders to this debtor are on hold."),
    "hold_dispute": _("The debtor disputes the debt; reminders rest until that is settled."),
    "hold_payment_reported": _(
        "The debtor says that it is paid; reminders rest until it is checked."
    ),
    "hold_agreement": _("There is a payment agreement that holds; its invoices are not reminded."),
    "hold_agreement_pending": _(
        "A payment agreement was offered; reminders rest while the debtor decides."
    ),
    "hold_waived": _("The rest was waived in an agreement that was kept, and is not booked yet."),
    "hold_calamity": _("Reminders rest because of a calamity at the debtor's place."),
    "hold_tax_office": _(
        "A claim or a cancellation is pending at the tax office; reminders rest until it is"
        " settled."
    ),
    "hold_lawsuit": _("There is a lawsuit over the debt; out-of-court reminders stop."),
    "hold_insolvency": _("The debtor is in insolvency proceedings; out-of-court reminders stop."),
    "hold_privacy": _("The debtor made use of a data protection right; reminders stop."),
    "hold_deceased": _("The debtor has died; reminders stop."),
    "hold_by_hand": _("Someone in the company put the reminders on hold."),
    "paid": _("The invoice is paid."),
    "in_payment": _("A payment of the invoice is on its way."),
    "blocked": _("The invoice is blocked for reminders."),
    "blocked.changed": _(
        "The invoice is blocked for reminders; %(who)s changed it last, on %(date)s."
    ),
    "blocked.who": _("The invoice is blocked for reminders, by %(who)s on %(date)s."),
    "excluded": _("The debtor or the invoice is excluded from reminders."),
    "excluded.changed": _(
        "The invoice is excluded from reminders; %(who)s changed it last, on %(date)s."
    ),
    "wording": _("The text breaks a rule on wording."),
    **WORDING_SENTENCES,
    "template": _("The template cannot be used: it is missing, not approved or incomplete."),
    "template.why": _("The template cannot be used: %(why)s."),
    "window_closed": _(
        "WhatsApp takes a free answer only within 24 hours after the person last wrote; that was"
        " until %(until)s. Send a template instead."
    ),
    "window_closed.never": _(
        "The person has not written to this WhatsApp number, so only a template can be sent."
    ),
    "account": _("The sending account is not ready."),
    "account.why": _("The sending account is not ready: %(why)s."),
    "bank_stale": _("Bank movements are not up to date, so the debtor may have paid already."),
    "bank_stale.journal": _(
        "The newest movement of the bank journal %(journal)s is of %(date)s; the policy wants it"
        " no older than %(days)s day(s), because the debtor may have paid already."
    ),
    "bank_stale.empty": _(
        "The bank journal %(journal)s has no movement, so nobody can say who has paid."
    ),
    "bank_stale.none": _("No bank journal has a movement, so nobody can say who has paid."),
    "charges_unknown": _("It cannot be said what interest, fine or fees may be asked for."),
    "charges_unknown.no_interest": _(
        "The law pack says nothing of interest at the debtor's place on %(day)s, so none can be"
        " asked for."
    ),
    "charges_unknown.no_fine": _(
        "The law pack says nothing of a fine at the debtor's place on %(day)s, so none can be asked"
        " for."
    ),
    "charges_unknown.no_fees": _(
        "The law pack says nothing of collection fees at the debtor's place on %(day)s, so none can"
        " be asked for."
    ),
    "charges_unknown.rate_missing": _(
        "The rate %(code)s, on which the law's limit depends, is not known for %(day)s."
    ),
    "charges_unknown.rate_stale": _(
        "The rate %(code)s, on which the law's limit depends, is of %(since)s and no longer good"
        " on %(day)s."
    ),
    "charges_unknown.rate_unit": _(
        "The rate %(code)s of %(day)s has another unit than the law's rule speaks of."
    ),
    "no_policy": _("No dunning policy of the company is about this debtor."),
    "not_open": _("The invoice is not open."),
    "not_open.taken_back": _("The payment was taken back."),
    "not_open.answered": _("The debtor has answered the question already."),
    "not_due": _("The level %(level)s is due in %(days)s day(s)."),
    "already_reminded": _("The invoice was already reminded at the level %(level)s."),
    "level_passed": _("The invoice has reached another level since this was planned."),
    "credit_covers": _("The debtor's open credit of %(credit)s covers what is due."),
    "credit_covers.entries": _(
        "The debtor's open credit of %(credit)s covers what is due; it waits to be allocated:"
        " %(entries)s."
    ),
    "below_minimum": _("What is due is below the policy's minimum of %(minimum)s."),
    "unknown": _("Another rule stands against it (%(code)s)."),
    "calendar_missing": _(
        "There is no holiday calendar of %(country)s for the year %(year)s; without it no message"
        " is sent."
    ),
    "jurisdiction_missing": _(
        "There is no law pack in force for the country '%(country)s' on %(date)s; without it no"
        " message is sent."
    ),
    "jurisdiction_missing.no_country": _(
        "The debtor has no country, so nobody can say which law binds; without it no message is"
        " sent."
    ),
    "zone_ambiguous": _(
        "The debtor's time zone is not known (%(zone)s), so nobody can say which hour it is there."
    ),
    "company_window": _(
        "The company's own hours are %(hours)s. At the debtor's place (%(zone)s) it is %(local)s;"
        " it opens at %(opens)s."
    ),
    "company_window.margin": _(
        "The company's own hours are %(hours)s, and nothing is sent in their last %(margin)s"
        " minutes. At the debtor's place (%(zone)s) it is %(local)s; it opens at %(opens)s."
    ),
    "company_quota": _(
        "The company allows itself %(limit)s contact(s) a day, and today's are used up: %(used)s of"
        " %(limit)s (%(instants)s)."
    ),
    "company_quota.week": _(
        "The company allows itself %(limit)s contact(s) in any seven days, and they are used up:"
        " %(used)s of %(limit)s (%(instants)s)."
    ),
    "company_quota.month": _(
        "The company allows itself %(limit)s contact(s) a month, and they are used up: %(used)s of"
        " %(limit)s (%(instants)s)."
    ),
    "company_quota.hours": _(
        "The company leaves at least %(limit)s hours between two contacts; the last one was on"
        " %(instants)s."
    ),
    "company_quota.days": _(
        "The company leaves at least %(limit)s calendar days from one contact to the next; the"
        " last one was on %(instants)s."
    ),
    "company_quota.channels": _(
        "The company uses %(limit)s channel(s) only within a week; in the last seven days other"
        " channels were used: %(instants)s."
    ),
}

# What a check says when it passes.
PASSED: dict[str, str] = {
    "outside_window": _("Within the hours of the law: %(hours)s."),
    "company_window": _("Within the company's own hours: %(hours)s."),
    "holiday": _("Not a holiday at the debtor's place."),
    "quota_day": _("%(used)s of %(limit)s contact(s) a day used, as the law counts."),
    "quota_week": _("%(used)s of %(limit)s contact(s) in seven days used, as the law counts."),
    "quota_month": _("%(used)s of %(limit)s contact(s) a month used, as the law counts."),
    "min_gap": _("At least %(limit)s hours since the last contact, as the law asks."),
    "min_gap.days": _("At least %(limit)s calendar days since the last contact, as the law asks."),
    "one_channel_week": _("No other channel was used within a week, as the law asks."),
    "company_quota": _("%(used)s of %(limit)s contact(s) a day used, as the company counts."),
    "company_quota.week": _("%(used)s of %(limit)s in seven days used, as the company counts."),
    "company_quota.month": _("%(used)s of %(limit)s in a month used, as the company counts."),
    "company_quota.hours": _("At least %(limit)s hours since the last contact."),
    "company_quota.days": _("At least %(limit)s calendar days since the last contact."),
    "company_quota.channels": _("No other channel was used within a week."),
    "no_consent": _("The debtor agreed to %(channel)s on %(date)s."),
    "third_party": _("The recipient may hear of the debt."),
    "third_party.guarantor": _("The recipient answers for the debt as a guarantor."),
    "third_party.representative": _("The recipient represents the debtor by law."),
    "wording": _("The text keeps to the rules on wording."),
    "unknown": _("Checked: %(code)s."),
    "no_consent.none": _("No agreement of the debtor is needed for %(channel)s."),
}


def sentence(check: Check) -> tuple[str, Mapping[str, str]]:
    """The English sentence of a check and its figures, to be translated and filled in."""
    table = PASSED if check.outcome == "pass" else SENTENCES
    variant = check.figures.get("variant") or ("why" if "why" in check.figures else "")
    keys = [f"{check.code}.{variant}"] if variant else []
    keys.append(check.code)
    keys.append("hold" if check.code.startswith("hold_") else "unknown")
    key = next((key for key in keys if key in table), "unknown")
    return table[key], check.figures if key != "unknown" else {"code": check.code}


def explain(check: Check) -> str:
    """The check in plain English."""
    text, figures = sentence(check)
    return text % figures if figures else text


def overall(checks: Iterable[Check]) -> VerdictOutcome:
    """A refusal beats a wait, and a wait beats a send."""
    outcome: VerdictOutcome = "send"
    for check in checks:
        if check.outcome == "refuse":
            return "refuse"
        if check.outcome == "wait":
            outcome = "wait"
    return outcome
