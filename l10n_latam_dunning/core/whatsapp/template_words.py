"""What Meta says of a template, in plain words: its states, why it was rejected, what a refusal
at its creation means. Data only; what Meta invents later is said to be unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


def _(text: str) -> str:
    """Mark a sentence for translation."""
    return text


@dataclass(frozen=True, slots=True)
class Status:
    """A state of a template. `alert` asks a person to look at it."""

    meaning: str
    sendable: bool = False
    alert: bool = False
    editable: bool = False


_WAIT: Final = _("WhatsApp is reviewing it, which takes up to a day. Nothing is to be done.")
_GONE: Final = _("It no longer exists at WhatsApp. A deleted name is free again after 30 days.")

STATUSES: Final[Mapping[str, Status]] = {
    # our own
    "DRAFT": Status(_("It has not been submitted to WhatsApp yet.")),
    "ERROR": Status(_("WhatsApp did not take it. Correct what it says and submit it again.")),
    "REFUSED": Status(
        _("WhatsApp refused a message with it. Read its state from WhatsApp, and correct it."),
        alert=True,
    ),
    # Meta's
    "PENDING": Status(_WAIT),
    "IN_APPEAL": Status(_WAIT),
    "APPROVED": Status(_("WhatsApp has approved it."), sendable=True, editable=True),
    "REINSTATED": Status(_("WhatsApp has approved it again."), sendable=True, editable=True),
    "UNARCHIVED": Status(_("It was taken out of WhatsApp's archive."), sendable=True),
    "FLAGGED": Status(
        _("Many debtors block or report it; WhatsApp will pause it unless that gets better."),
        sendable=True,
        alert=True,
    ),
    "REJECTED": Status(
        _("WhatsApp rejected it. Correct the text and submit it again."), alert=True, editable=True
    ),
    "PAUSED": Status(
        _(
            "WhatsApp has paused it because debtors block or report it. It resumes by itself after"
            " 3 hours the first time and 6 hours the second; the third time it is disabled."
        ),
        alert=True,
        editable=True,
    ),
    "DISABLED": Status(
        _("WhatsApp has disabled it for good. Write another template with another text."),
        alert=True,
    ),
    "LOCKED": Status(_("WhatsApp has locked it."), alert=True),
    "ARCHIVED": Status(
        _("WhatsApp has archived it as unused and deletes it after 28 days unless restored."),
        alert=True,
    ),
    "PENDING_DELETION": Status(_("WhatsApp is deleting it."), alert=True),
    "DELETED": Status(_GONE, alert=True),
    "LIMIT_EXCEEDED": Status(
        _("The WhatsApp account has too many templates: delete some that are not used."),
        alert=True,
    ),
}
UNKNOWN: Final = Status(
    _("This version does not know this state; nothing is sent until WhatsApp says APPROVED."),
    alert=True,
)

REJECTIONS: Final[Mapping[str, str]] = {
    "ABUSIVE_CONTENT": _("WhatsApp read it as threatening or abusive. Write it more kindly."),
    "INCORRECT_CATEGORY": _(
        "WhatsApp does not see a notice about an invoice in it. Name invoice, amount and due date,"
        " and leave out everything that sells."
    ),
    "INVALID_FORMAT": _(
        "Its variables or its form are wrong: two variables side by side, or one at an edge."
    ),
    "PROMOTIONAL": _("WhatsApp read it as advertising. Leave out everything that sells."),
    "SCAM": _("WhatsApp took it for a fraud. Say who writes and about which invoice."),
    "TAG_CONTENT_MISMATCH": _(
        "The text does not fit its language or its category. Check the language code."
    ),
    "CATEGORY_NOT_AVAILABLE": _("The account may not use this category."),
}

# error_subcode of a refused creation or edition (with code 100)
SUBCODES: Final[Mapping[int, str]] = {
    2388019: _("The WhatsApp account has too many templates: delete some that are not used."),
    2388023: _(
        "A template of this name is being deleted: the name is free again after 30 days. Use"
        " another name until then."
    ),
    2388024: _("WhatsApp already has a template of this name and language. Read its state."),
    2388025: _("A template that WhatsApp has disabled cannot be deleted."),
    2388039: _("A text is too long."),
    2388040: _("A text is too long."),
    2388047: _("The header is not as WhatsApp wants it."),
    2388072: _("The body is not as WhatsApp wants it."),
    2388073: _("The footer is not as WhatsApp wants it."),
    2388293: _("There are too many variables for so short a text."),
    2388299: _("The text may not start or end with a variable."),
}

MARKETING: Final = "MARKETING"
UTILITY: Final = "UTILITY"


def status_of(code: str) -> Status:
    """What is known of a state; an unknown one is not sendable."""
    return STATUSES.get(code, UNKNOWN)


def rejection_of(reason: str) -> str:
    """Why it was rejected, in words; empty where WhatsApp gave no reason. What is no code that
    is known stays as it is."""
    reason = (reason or "").strip()
    if reason.upper() in ("", "NONE", "NULL"):
        return ""
    return REJECTIONS.get(reason.upper(), reason)
