"""The free-text guard: notices identity numbers, bank cards and phones in what people type.

An identity number is never stored; cards and phones only warn. Rule: GB 11643-1999 for identity numbers,
ISO/IEC 7812 (Luhn) for cards, the Chinese numbering plan for phones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_WIDE = str.maketrans("０１２３４５６７８９Ｘｘ－　", "0123456789Xx- ")
# Digits may be parted by single blanks, dashes or dots, as people write long numbers.
_ID_RUN = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){16}[ .\-]?[\dXx](?!\d)")
_LONG_RUN = re.compile(r"(?<!\d)\d(?:[ -]?\d){15,18}(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)")
_PRACTICE_PHONE = re.compile(r"(?<!\d)100-0000-\d{4}(?!\d)")
_ANY_DIGITS = re.compile(r"[\d０-９](?:[ .\-－　]?[\d０-９]){6}")
MASK = "＊"


class Found(StrEnum):
    IDENTITY = "identity"
    CARD = "card"
    PHONE = "phone"


@dataclass(frozen=True)
class Finding:
    """What was noticed: characters `start` to `end` of the text."""

    kind: Found
    start: int
    end: int
    text: str


def is_identity_number(text: str) -> bool:
    """True if `text` is 18 characters that pass the check of GB 11643-1999 and hold a possible birth date."""
    if len(text) != 18 or not text[:17].isdigit() or not text[:17].isascii():
        return False
    month, day = int(text[10:12]), int(text[12:14])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return _CHECK[total % 11] == text[17].upper()


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _bare(text: str) -> str:
    return re.sub(r"[ .\-]", "", text)


def notice(text: str) -> tuple[Finding, ...]:
    """Everything in `text` that looks like an identity number, a bank card or a phone, in order of place."""
    if not _ANY_DIGITS.search(text):
        return ()
    plain = text.translate(_WIDE)  # one character stays one character, so places hold in the original
    found: list[Finding] = []

    def add(kind: Found, match: re.Match[str]) -> None:
        if not any(f.start < match.end() and match.start() < f.end for f in found):
            found.append(Finding(kind, match.start(), match.end(), text[match.start() : match.end()]))

    for match in _ID_RUN.finditer(plain):
        if is_identity_number(_bare(match[0])):
            add(Found.IDENTITY, match)
    for match in _LONG_RUN.finditer(plain):
        if _luhn(_bare(match[0])):
            add(Found.CARD, match)
    for pattern in (_MOBILE, _LANDLINE, _PRACTICE_PHONE):
        for match in pattern.finditer(plain):
            add(Found.PHONE, match)
    return tuple(sorted(found, key=lambda finding: finding.start))


def holds_identity_number(text: str) -> bool:
    return any(finding.kind is Found.IDENTITY for finding in notice(text))


def mask(text: str, findings: tuple[Finding, ...]) -> str:
    """`text` with each finding's middle replaced: identity numbers wholly, others but their last two digits."""
    for finding in reversed(findings):
        keep = 0 if finding.kind is Found.IDENTITY else 2
        span = finding.end - finding.start
        hidden = MASK * (span - keep) + text[finding.end - keep : finding.end]
        text = text[: finding.start] + hidden + text[finding.end :]
    return text


def mask_identity_numbers(text: str) -> str:
    """`text` as it may be stored at once: identity numbers masked, everything else untouched."""
    return mask(text, tuple(f for f in notice(text) if f.kind is Found.IDENTITY))
