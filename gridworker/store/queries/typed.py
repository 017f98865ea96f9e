"""What a typed text may mean: a door, letters of a name, digits of a telephone, a number, words. Knows no table."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

#: Longer than anything that is looked for; a pasted page must not become a query.
_LONGEST = 80
_FEWEST_DIGITS = 4
#: Every kind of dash, the one of an input method among them.
_DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe63\u30fc](?=\d)")
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U0003FFFF]")
_NUMBER = re.compile(r"[a-z]\d\d(-\d*)*")
_DOOR = re.compile(
    r"(?P<estate>.*?)\s*(?P<building>\d{1,4})\s*(?:栋|幢|座|号楼|楼|#|-)\s*"
    r"(?:(?P<unit>\d{1,3})\s*(?:单元|-)\s*)?(?:(?P<room>\d{1,5}[a-z]?)\s*(?:室|号|房)?)?"
)


@dataclass(frozen=True)
class Door:
    """`estate` "" is any. `unit` None: `room` may be the number of the stairwell as well (`3-2`)."""

    estate: str
    building: int
    unit: int | None
    room: str


@dataclass(frozen=True)
class Typed:
    """One text in all its meanings; "" or None where it has none of a kind."""

    text: str
    door: Door | None = None
    letters: str = ""  # pinyin or initials, without blanks and apostrophes
    digits: str = ""  # of a telephone number, four at least
    number: str = ""  # of a visit, in capitals
    has_han: bool = False
    has_digit: bool = False


def typed(text: str) -> Typed:
    """Never an error, whatever was typed or pasted."""
    printable = "".join(ch for ch in text[:_LONGEST] if ch == " " or unicodedata.category(ch)[0] not in "CZ")
    plain = " ".join(_DASHES.sub("-", unicodedata.normalize("NFKC", printable)).casefold().split())
    digits = plain.replace("-", "").replace(" ", "").removeprefix("+86")
    letters = re.sub(r"[ '’]", "", plain)
    is_number = bool(_NUMBER.fullmatch(plain))
    return Typed(
        plain,
        door=_door(plain),
        letters=letters if letters.isascii() and letters.isalnum() and not letters.isdigit() else "",
        digits=digits if digits.isascii() and digits.isdigit() and len(digits) >= _FEWEST_DIGITS else "",
        number=plain.upper() if is_number else "",
        has_han=bool(_HAN.search(plain)),
        has_digit=any(ch.isdigit() for ch in plain),
    )


def _door(text: str) -> Door | None:
    found = _DOOR.fullmatch(text)
    if found is None or re.search(r"\d", found["estate"]):
        return None
    unit = found["unit"]
    return Door(found["estate"], int(found["building"]), int(unit) if unit else None, found["room"] or "")
