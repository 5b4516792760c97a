"""Odoo's values as the pure core wants them, and back."""

from datetime import timezone
from decimal import Decimal

from .core.law.provisions import WITHOUT_ARTICLE


def to_units(currency, amount):
    """An amount as an integer in the smallest unit of its currency."""
    return round(amount / currency.rounding)


def to_amount(currency, units):
    """Smallest units as an amount."""
    return currency.round(units * currency.rounding)


def to_decimal(currency, amount):
    """An amount as an exact number, in whole smallest units of its currency."""
    return to_units(currency, amount) * Decimal(str(currency.rounding))


def aware(instant):
    """A naive UTC instant of Odoo as the core wants it."""
    return instant.replace(tzinfo=timezone.utc)


def naive_utc(instant):
    """An aware instant as Odoo stores it: naive UTC; False without one."""
    return instant.astimezone(timezone.utc).replace(tzinfo=None) if instant else False


def cited(env, reference):
    """An article as it is cited; the words of our own before it in the user's language."""
    own = next((words for words in WITHOUT_ARTICLE if reference.startswith(words)), "")
    return f"{env._(own)}{reference.removeprefix(own)}" if own else reference


def proof_in_words(env, proof):
    """Where a proof is, as people read it: a record that is kept here has a number, a message the
    beginning of its reference."""
    if (proof or "").startswith("dun:"):
        return env._("message %s", proof[4:12])
    model, _comma, number = (proof or "").partition(",")
    if model == "dunning.event":
        return env._("reply %s", number)
    if model == "dunning.privacy.request":
        return env._("request about data %s", number)
    return proof or ""
