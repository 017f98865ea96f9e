"""The free-text guard: notices identity numbers, bank cards and phones in what people type.

An identity number is never stored; cards and phones only warn. Rule: GB 11643-1999 for identity numbers,
ISO/IEC 7812 (Luhn) for cards, the Chinese numbering plan for phones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from gridworker.models.mark import PRACTICE_NAME_MARK
from gridworker.models.surnames import DOUBLE

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_WIDE = str.maketrans("Ｘｘ－—–‑．·_\u200b\ufeff", "Xx----..   ")
# Digits may be parted by up to three blanks, dashes or dots, as people write long numbers.
_ID_RUN = re.compile(r"[0-9](?:[ .\-]{0,3}[0-9Xx]){17,}")
_LONG_RUN = re.compile(r"(?<!\d)\d(?:[ -]?\d){15,18}(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)")
_PRACTICE_PHONE = re.compile(r"(?<!\d)100-0000-\d{4}(?!\d)")
_ANY_DIGITS = re.compile(r"\d(?:[\W_]{0,3}\d){6}")
MASK = "＊"
#: What stands for the given name of somebody who is not named.
SOMEBODY = "某"
_IDENTITY_LENGTH = 18


class Found(StrEnum):
    IDENTITY = "identity"
    CARD = "card"
    PHONE = "phone"
    NAME = "name"


@dataclass(frozen=True)
class Finding:
    """What was noticed: characters `start` to `end` of the text."""

    kind: Found
    start: int
    end: int
    text: str


def is_identity_number(text: str) -> bool:
    """True if `text` is 18 characters that pass the check of GB 11643-1999 and hold a possible birth date."""
    if len(text) != _IDENTITY_LENGTH or not text[:17].isdigit() or not text[:17].isascii():
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


def _plain(text: str) -> str:
    """`text` with every kind of digit, dash and blank as its ASCII one; one character stays one character, so that
    places hold in the original."""
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() else " " if c.isspace() and c not in "\r\n" else c
        for c in text.translate(_WIDE)
    )


def _identity_numbers(plain: str) -> Iterator[tuple[int, int]]:
    """Where identity numbers begin and end, also behind a door number or glued to a telephone number."""
    for run in _ID_RUN.finditer(plain):
        places = [place for place in range(*run.span()) if plain[place] not in " .-"]
        first = 0
        while first + 18 <= len(places):
            start, end = places[first], places[first + 17] + 1
            number = "".join(plain[place] for place in places[first : first + 18])
            if is_identity_number(number) and _stands_alone(plain, start, end, number):
                yield start, end
                first += 18
            else:
                first += 1


def _stands_alone(plain: str, start: int, end: int, number: str) -> bool:
    """False for digits cut out of a longer number by chance: glued ones count only unparted and with a likely year."""
    before, after = plain[start - 1 : start], plain[end : end + 1]
    glued = before.isdigit() or (number[17].isdigit() and after.isdigit())
    return not glued or (end - start == 18 and number[6:8] in ("18", "19", "20"))


def _bare(text: str) -> str:
    return re.sub(r"[ .\-]", "", text)


def notice(text: str) -> tuple[Finding, ...]:
    """Everything in `text` that looks like an identity number, a bank card or a phone, in order of place."""
    if not _ANY_DIGITS.search(text):
        return ()
    plain = _plain(text)
    found = [Finding(Found.IDENTITY, start, end, text[start:end]) for start, end in _identity_numbers(plain)]

    def add(kind: Found, match: re.Match[str]) -> None:
        if not any(f.start < match.end() and match.start() < f.end for f in found):
            found.append(Finding(kind, match.start(), match.end(), text[match.start() : match.end()]))

    for match in _LONG_RUN.finditer(plain):
        if _luhn(_bare(match[0])):
            add(Found.CARD, match)
    for pattern in (_MOBILE, _LANDLINE, _PRACTICE_PHONE):
        for match in pattern.finditer(plain):
            add(Found.PHONE, match)
    return tuple(sorted(found, key=lambda finding: finding.start))


def named(text: str, names: Iterable[str]) -> tuple[Finding, ...]:
    """Where `text` names one of these people, in order of place: whoever is known already need not be written down
    again, and what stands in words stays when the record forgets whom it is about."""
    found = []
    for name in {bare for name in names if len(bare := name.removeprefix(PRACTICE_NAME_MARK).strip()) > 1}:
        start = text.find(name)
        while start >= 0:
            found.append(Finding(Found.NAME, start, start + len(name), name))
            start = text.find(name, start + len(name))
    return tuple(sorted(found, key=lambda finding: (finding.start, -finding.end)))


def holds_identity_number(text: str) -> bool:
    return len(text) >= _IDENTITY_LENGTH and any(finding.kind is Found.IDENTITY for finding in notice(text))


def mask(text: str, findings: tuple[Finding, ...]) -> str:
    """`text` with each finding's middle replaced: identity numbers wholly, others but their last two digits; of a name
    the surname stays."""
    for finding in reversed(findings):
        if finding.kind is Found.NAME:
            surname = finding.text[: 2 if finding.text[:2] in DOUBLE and len(finding.text) > 2 else 1]
            text = text[: finding.start] + surname + SOMEBODY + text[finding.end :]
            continue
        keep = 0 if finding.kind is Found.IDENTITY else 2
        span = finding.end - finding.start
        hidden = MASK * (span - keep) + text[finding.end - keep : finding.end]
        text = text[: finding.start] + hidden + text[finding.end :]
    return text


def mask_identity_numbers(text: str) -> str:
    """`text` as it may be stored at once: identity numbers masked, everything else untouched."""
    if len(text) < _IDENTITY_LENGTH:
        return text
    return mask(text, tuple(f for f in notice(text) if f.kind is Found.IDENTITY))
