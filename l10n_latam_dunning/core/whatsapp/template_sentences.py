"""What is said about a template that breaks one of Meta's rules, in plain words."""

from collections.abc import Mapping
from typing import Final, NamedTuple


def _(text: str) -> str:
    """Mark a sentence for translation."""
    return text


class Rule(NamedTuple):
    """What is wrong, and why it matters."""

    message: str
    reason: str


PARTS: Final[Mapping[str, str]] = {
    "name": _("Name"),
    "language": _("Language"),
    "category": _("Category"),
    "parameter_format": _("Variables"),
    "ttl": _("Time to live"),
    "header": _("Header"),
    "body": _("Text"),
    "footer": _("Footer"),
    "buttons": _("Buttons"),
}

_REFUSED: Final = _("WhatsApp refuses a template that breaks this rule at once.")
_SAMPLE: Final = _("WhatsApp's reviewers read the text with the samples filled in.")
_ORDER: Final = _("WhatsApp shows a PIX button only in this form.")

RULES: Final[Mapping[str, Rule]] = {
    # head
    "name": Rule(
        _("The name is made of a-z, 0-9 and _, at most 512 characters."),
        _("WhatsApp finds a template by its name and language."),
    ),
    "language": Rule(
        _("WhatsApp does not offer templates in the language “%(language)s”."),
        _("It offers es, es_AR, es_CL, es_CO, es_MX, es_PE, pt_BR and some more; not es_419."),
    ),
    "category": Rule(_("The category is UTILITY or MARKETING."), _REFUSED),
    "format": Rule(_("Variables are NAMED or POSITIONAL."), _REFUSED),
    "ttl": Rule(
        _("The time to live is 30 to 43200 seconds, or -1 for 30 days."),
        _("A reminder that arrives late may arrive after the payment."),
    ),
    "part_unknown": Rule(_("“%(part)s” is no part of a template."), _REFUSED),
    "part_twice": Rule(_("A template has each part only once."), _REFUSED),
    # header
    "header_format": Rule(_("This kind of header is not known."), _REFUSED),
    "header_empty": Rule(_("A text header needs a text."), _REFUSED),
    "header_long": Rule(
        _("The header has %(count)s characters, at most %(limit)s are allowed."), _REFUSED
    ),
    "header_lines": Rule(_("The header is a single line."), _REFUSED),
    "header_variables": Rule(_("The header holds at most one variable."), _REFUSED),
    "header_example": Rule(_("A document header needs a sample file."), _SAMPLE),
    # body
    "body_missing": Rule(_("A template needs a text."), _REFUSED),
    "body_long": Rule(
        _("The text has %(count)s characters, at most %(limit)s are allowed."), _REFUSED
    ),
    "body_filled": Rule(
        _("With the samples filled in the text has %(count)s characters, more than %(limit)s."),
        _("WhatsApp refuses each message that gets longer than that."),
    ),
    "body_spaces": Rule(_("The text has more than 4 spaces in a row."), _REFUSED),
    "body_lines": Rule(_("The text has more than 2 line breaks in a row."), _REFUSED),
    "body_tab": Rule(_("The text holds a tab."), _REFUSED),
    "edge_variable": Rule(
        _("The text may not start or end with a variable."),
        _("WhatsApp wants words of yours before the first and after the last variable."),
    ),
    "ratio": Rule(
        _("There are %(variables)s variables in only %(words)s words."),
        _(
            "WhatsApp must see from the text alone what the message will say: about three words for"
            " each variable."
        ),
    ),
    # variables
    "side_by_side": Rule(
        _("Two variables stand side by side."), _("WhatsApp wants words between two variables.")
    ),
    "braces": Rule(
        _("A variable is written {{name}}, and braces are used for nothing else."), _REFUSED
    ),
    "variable_name": Rule(
        _("The variable “%(variable)s” is not made of a-z and _ alone."), _REFUSED
    ),
    "positions": Rule(_("Variables are numbered 1, 2, 3 … without gaps."), _REFUSED),
    "example": Rule(_("Each variable needs one sample."), _SAMPLE),
    # footer
    "footer_empty": Rule(_("A footer needs a text."), _REFUSED),
    "footer_long": Rule(
        _("The footer has %(count)s characters, at most %(limit)s are allowed."), _REFUSED
    ),
    "footer_variable": Rule(_("The footer holds no variable."), _REFUSED),
    "footer_lines": Rule(_("The footer is a single line."), _REFUSED),
    # buttons
    "buttons_empty": Rule(_("The list of buttons is empty."), _REFUSED),
    "buttons_many": Rule(
        _("There are %(count)s buttons, at most %(limit)s are allowed."), _REFUSED
    ),
    "buttons_url": Rule(
        _("There are %(count)s link buttons, at most %(limit)s are allowed."), _REFUSED
    ),
    "buttons_kind": Rule(_("A template has only one button of this kind."), _REFUSED),
    "buttons_order": Rule(
        _("Quick replies stand together, before or after all other buttons."), _REFUSED
    ),
    "buttons_desktop": Rule(
        _("WhatsApp on a computer does not show this message."),
        _("It shows at most three buttons, and quick replies only without other buttons."),
    ),
    "buttons_label": Rule(_("Two buttons have the same label."), _REFUSED),
    "button_kind": Rule(_("This kind of button is not known."), _REFUSED),
    "button_label": Rule(
        _("The label “%(label)s” needs 1 to 25 characters on one line, without variables."),
        _REFUSED,
    ),
    "button_phone": Rule(_("A phone button holds at most 20 digits."), _REFUSED),
    "button_url": Rule(
        _("“%(url)s” is no full address of at most 2000 characters with its variable at the end."),
        _REFUSED,
    ),
    # PIX
    "order_format": Rule(
        _("A template with a PIX button is of the format ORDER_DETAILS, and no other is."), _ORDER
    ),
    "order_alone": Rule(_("A PIX button stands alone, without other buttons."), _ORDER),
    "order_header": Rule(
        _("A template with a PIX button has a text or a document as its header, or none."), _ORDER
    ),
    "order_category": Rule(
        _("A template with a PIX button is of the category UTILITY or MARKETING."), _ORDER
    ),
}
