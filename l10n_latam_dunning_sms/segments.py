"""How many parts of an SMS a text takes, as networks count and providers charge."""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# These take two places.
EXTENDED = frozenset("^{}\\[~]|€\f")
# What fits alone, and into each of several parts, in the two alphabets of the networks.
GSM = (160, 153)
UCS = (70, 67)


def segments(text):
    """The number of parts; a single letter such as á or ã makes all of it twice as long."""
    if set(text) <= BASIC | EXTENDED:
        length, (alone, each) = len(text) + sum(char in EXTENDED for char in text), GSM
    else:
        length, (alone, each) = len(text.encode("utf-16-be")) // 2, UCS
    return -(-length // each) if length > alone else min(length, 1)
