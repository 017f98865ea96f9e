"""How strong a chosen passphrase is, in words. A rough guide for people; the key's strength is the key module's."""

from __future__ import annotations

from typing import Final

SHORTEST: Final = 8
_SEQUENCES = (
    "0123456789012345",
    "9876543210987654",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
)


def rate_passphrase(text: str) -> str:
    """`empty`, `short` (not accepted), `weak`, `fair` or `strong`. Chinese characters count twice."""
    if not text:
        return "empty"
    weight = sum(2 if ord(char) > 0x2E80 else 1 for char in text)
    if weight < SHORTEST:
        return "short"
    kinds = sum(
        any(test(char) for char in text) for test in (str.islower, str.isupper, str.isdigit, _is_other)
    )
    if len(set(text)) < 4 or _is_sequence(text) or (kinds == 1 and weight < 12):
        return "weak"
    return "strong" if weight >= 16 or (weight >= 12 and kinds >= 3) else "fair"


def is_accepted(rating: str) -> bool:
    """Whether a passphrase of this rating may be used."""
    return rating in ("weak", "fair", "strong")


def _is_other(char: str) -> bool:
    return not char.isascii() or not char.isalnum()


def _is_sequence(text: str) -> bool:
    lowered = text.lower()
    return any(lowered in sequence or sequence.startswith(lowered) for sequence in _SEQUENCES)
