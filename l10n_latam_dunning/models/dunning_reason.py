from odoo import api, fields, models
from odoo.tools import LazyTranslate

from .dunning_message import PENDING

_lt = LazyTranslate(__name__)

UNSENT = ("refused", "cancelled", "failed")
# Every reason code in two or three words; the gate's own, and three of the outbox.
REASONS = [
    ("no_consent", "No consent"),
    ("consent_withdrawn", "Consent withdrawn"),
    ("third_party", "Not the debtor"),
    ("suppressed", "On a do-not-contact list"),
    ("contact_invalid", "No usable number"),
    ("contact_unverified", "Number not confirmed"),
    ("first_touch", "Asked first whose number it is"),
    ("contact_quarantined", "Number is not theirs"),
    ("contact_unreachable", "Nobody is reached there"),
    ("channel_not_wished", "Another channel is wished"),
    ("hold", "On hold"),
    ("hold_dispute", "Dispute"),
    ("hold_payment_reported", "Payment reported"),
    ("hold_agreement", "Payment agreement"),
    ("hold_agreement_pending", "Agreement offered"),
    ("hold_waived", "Rest was waived"),
    ("hold_calamity", "Calamity"),
    ("hold_tax_office", "Claim at the tax office"),
    ("hold_lawsuit", "Lawsuit"),
    ("hold_insolvency", "Insolvency"),
    ("hold_privacy", "Data protection right"),
    ("hold_deceased", "Deceased"),
    ("hold_by_hand", "Paused by hand"),
    ("paid", "Paid"),
    ("in_payment", "Payment on its way"),
    ("credit_covers", "Covered by a credit"),
    ("blocked", "Invoice blocked"),
    ("excluded", "Excluded from reminders"),
    ("below_minimum", "Below the minimum"),
    ("not_open", "Not open"),
    ("not_due", "Not due yet"),
    ("already_reminded", "Already reminded"),
    ("level_passed", "Level has passed"),
    ("no_policy", "No policy"),
    ("bank_stale", "Bank not up to date"),
    ("window_closed", "No free answer any more"),
    ("charges_unknown", "Interest or fees not known"),
    ("template", "Template not usable"),
    ("account_limit", "Limit of the number"),
    ("account", "Account not ready"),
    ("wording", "Wording"),
    ("outside_window", "Outside the hours of the law"),
    ("holiday", "Holiday"),
    ("quota_day", "Limit of the law: day"),
    ("quota_week", "Limit of the law: week"),
    ("quota_month", "Limit of the law: month"),
    ("min_gap", "Limit of the law: pause"),
    ("one_channel_week", "Limit of the law: channels"),
    ("company_window", "Outside the company's hours"),
    ("company_quota", "Limit of the company"),
    ("calendar_missing", "No holiday calendar"),
    ("jurisdiction_missing", "No law known"),
    ("zone_ambiguous", "Time zone not known"),
    ("undelivered", "The channel could not deliver"),
    ("stopped", "Stopped or superseded"),
    ("other", "Another rule"),
]
_HOLD = _lt("End the hold on the debtor when its cause is settled, or give it an end date.")
_LIMIT = _lt("Nothing: it leaves by itself as soon as there is room under the limit.")
_TIME = _lt("Nothing: it leaves by itself at the hour that is shown.")
_OWN = _lt(
    "Nothing: it leaves by itself in time; a manager may set the company's own rules aside, with"
    " a reason."
)
# What would have to change, for a person who wants the message to leave.
REMEDIES = {
    "no_consent": _lt("Ask the debtor, and record the consent with its proof."),
    "consent_withdrawn": _lt(
        "Only the debtor can change it: a new consent, later than the withdrawal, is recorded."
    ),
    "third_party": _lt(
        "Write to the debtor himself, or record that this person is his guarantor or his legal"
        " representative."
    ),
    "suppressed": _lt(
        "The person has to leave the list; use another way to reach the company meanwhile."
    ),
    "contact_invalid": _lt("Correct the debtor's number: a mobile number with its country."),
    "contact_unverified": _lt("Confirm with the debtor that the number is his."),
    "first_touch": _lt(
        "The person answers the neutral message, or somebody makes sure and confirms the number."
    ),
    "contact_quarantined": _lt("Enter the debtor's present number in place of this one."),
    "contact_unreachable": _lt("Ask the debtor for a number or address that works, and enter it."),
    "channel_not_wished": _lt("Nothing: the channel that the debtor chose on his page is used."),
    "hold": _HOLD,
    "hold_dispute": _lt("Settle the dispute with the debtor, then end the hold."),
    "hold_payment_reported": _lt("Find and reconcile the payment, or end the hold."),
    "hold_agreement": _lt("Nothing while the agreement is kept; cancel it when it is broken."),
    "hold_agreement_pending": _lt("The debtor takes the offer, or it ends by itself."),
    "hold_waived": _lt("Credit the amount that was waived."),
    "hold_calamity": _lt("A manager ends the pause of the place when life goes on there."),
    "hold_tax_office": _lt(
        "Settle the claim or the cancellation at the tax office, then end the hold."
    ),
    "hold_lawsuit": _lt("Nothing here: the claim goes on in court."),
    "hold_insolvency": _lt("Nothing here: the claim is filed in the proceedings."),
    "hold_privacy": _lt("The privacy officer answers the debtor and ends the hold."),
    "hold_deceased": _lt("Turn to the heirs or the estate by another way."),
    "hold_by_hand": _lt("Whoever paused the debtor ends the hold."),
    "paid": _lt("Nothing: there is nothing left to pay."),
    "in_payment": _lt("Nothing: reconcile the payment with the bank when it arrives."),
    "credit_covers": _lt("Allocate the debtor's credits and payments to his invoices."),
    "blocked": _lt("Unblock the invoice when it may be asked for again."),
    "excluded": _lt("Take the mark against follow-ups off the invoice."),
    "below_minimum": _lt("The debt grows above the minimum, or the policy's minimum is lowered."),
    "not_open": _lt("Post the invoice."),
    "not_due": _lt("Nothing: the plan takes it up on its day."),
    "already_reminded": _lt("Nothing: the next level follows on its day."),
    "level_passed": _lt("Nothing: the plan proposes the level that is due now."),
    "no_policy": _lt("Adopt a policy for the debtor's country, and give it levels."),
    "bank_stale": _lt("Import the newest bank statement, then let the plan run again."),
    "window_closed": _lt("Send a reminder, which is a template, or wait until the debtor writes."),
    "charges_unknown": _lt(
        "Enter the newest rate in the table of rates, or take interest and fees off the policy."
    ),
    "template": _lt("Have the template approved at WhatsApp, or choose another for the level."),
    "account_limit": _lt("Nothing: it leaves when the number may write to more people."),
    "account": _lt("Put the WhatsApp account in order: mode, secrets, or the cause of its pause."),
    "wording": _lt("Rewrite the text as the rule asks."),
    "outside_window": _TIME,
    "holiday": _TIME,
    "quota_day": _LIMIT,
    "quota_week": _LIMIT,
    "quota_month": _LIMIT,
    "min_gap": _LIMIT,
    "one_channel_week": _LIMIT,
    "company_window": _OWN,
    "company_quota": _OWN,
    "calendar_missing": _lt("Upgrade the holiday calendars of the installation."),
    "jurisdiction_missing": _lt("Enter the debtor's country; only countries with a law pack work."),
    "zone_ambiguous": _lt("Enter the debtor's state, so that his time zone is known."),
    "undelivered": _lt("Check the number with the debtor; the next level tries again."),
    "stopped": _lt("Nothing: a person or a higher level took its place."),
}


class DunningMessage(models.Model):
    """What is said of a message that was not sent: one reason in words, and a way out."""

    _inherit = "dunning.message"

    reason = fields.Selection(
        REASONS,
        compute="_compute_reason",
        store=True,
        index="btree_not_null",
        help="The first rule that stood against it.",
    )
    outcome_note = fields.Text("Explanation", compute="_compute_outcome_note")
    remedy = fields.Text("What would have to change", compute="_compute_outcome_note")

    @api.depends("state", "reason_codes", "verdict")
    def _compute_reason(self):
        for message in self:
            message.reason = self._known_reason(message._first_reason())

    @api.model
    def _known_reason(self, code):
        """A reason code as the selection has it; one that is new to it is another rule."""
        return code if not code or code in dict(REASONS) else "other"

    def _first_reason(self):
        """The code that tells most: what refused rather than what only delayed."""
        self.ensure_one()
        if self.state == "failed":
            return "undelivered"
        codes = (self.reason_codes or "").split()
        if self.state in ("refused", "cancelled"):
            delays = {check.code for check in self._reasons() if check.outcome == "wait"}
            left = [code for code in codes if code not in delays]
            return left[0] if left else "stopped"
        return codes[0] if codes and self.state in PENDING else False

    @api.depends("state", "reason", "verdict", "error_details")
    @api.depends_context("lang")
    def _compute_outcome_note(self):
        for message in self:
            unsent = message.state in UNSENT
            message.outcome_note = "\n".join(message._unsent_rows()) if unsent else False
            message.remedy = self._remedy(message.reason) if unsent else False

    def _unsent_rows(self):
        """Why a message was not sent, without what would only have delayed it."""
        self.ensure_one()
        refusals = [check for check in self._reasons() if check.outcome == "refuse"]
        if self.state == "refused" and refusals:
            return [self._explain(check) for check in refusals]
        return list(self._note_rows())

    @api.model
    def _remedy(self, code):
        """What would have to change for a reason code, in the user's language, or nothing."""
        remedy = REMEDIES.get(code) or (_HOLD if (code or "").startswith("hold_") else None)
        return self.env._(remedy) if remedy else ""
