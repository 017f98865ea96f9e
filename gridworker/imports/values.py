"""One cell's content as a value that may be kept: text, numbers, phones, years and the words for codes. A value that
cannot be read is a reason, never a guess."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping

from gridworker.imports import aliases
from gridworker.imports.cells import Cell

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u2060"))
_AS_FLOAT = re.compile(r"\d+\.0+")
_LONGEST_NOTHING = max(map(len, aliases.NOTHING))
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
#: The whole cell, also as a spreadsheet shows a number that it rounded.
_WHOLE_IDENTITY = re.compile(
    r"\d\.\d+[Ee]\+?0*17|\d{17}[\dXx]|\d{6}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"
)
#: Smaller numbers are no identity number.
LEAST_IDENTITY = 1e14
#: Fewer signs are no identity number, not even one that a spreadsheet rounded.
SHORTEST_IDENTITY = 15
_YEAR = re.compile(
    r"((?:19|20)\d\d)(?:年?|[-./年](?:0?[1-9]|1[0-2])(?:月?|[-./月](?:0?[1-9]|[12]\d|3[01])日?))(?:[ T].*)?"
)
_COMPACT_DAY = re.compile(r"((?:19|20)\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_PLAIN_PHONE = re.compile(r"1[3-9]\d{9}|100-0000-\d{4}", re.ASCII)
_PHONE_CUTS = re.compile(r"[/、,;，；|\s]+")
#: The days a sheet may count from 1900-01-01, within a person's life.
_SERIAL = range(366, 60_000)
_ERRORS = frozenset("#REF! #N/A #VALUE! #NAME? #DIV/0! #NULL! #NUM! #GETTING_DATA".split())


class Unreadable(ValueError):
    """A value that cannot be kept; its text is the stable reason code."""


def written(cell: Cell) -> str:
    """What a person reads in the cell, codes without the `.0` that a spreadsheet adds."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e18:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)


def plain(cell: Cell) -> str:
    """The cell half-width and without blanks round or between, as names, codes and doors are compared."""
    text = written(cell)
    if text.isalnum() and unicodedata.is_normalized("NFKC", text):
        found = text
    else:
        if not text.isascii():
            text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
        found = " ".join(text.split())
    if found.endswith("0") and _AS_FLOAT.fullmatch(found):  # a code that was a number before it was text
        found = found.split(".")[0]
    return "" if len(found) <= _LONGEST_NOTHING and found.lower() in aliases.NOTHING else found


def is_error(cell: Cell) -> bool:
    """True for the mark of a formula that failed."""
    return isinstance(cell, str) and cell.strip() in _ERRORS


def is_identity_cell(cell: Cell) -> bool:
    """True for a cell that is an identity number as a whole, also one that a spreadsheet rounded."""
    if isinstance(cell, str):
        return len(cell) >= SHORTEST_IDENTITY and bool(
            _WHOLE_IDENTITY.fullmatch(re.sub(r"[\s'-]", "", unicodedata.normalize("NFKC", cell)))
        )
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return False
    return 1e17 <= cell < 1e18 or (
        LEAST_IDENTITY <= cell < 1e15 and bool(_WHOLE_IDENTITY.fullmatch(str(int(cell))))
    )


def person_name(cell: Cell) -> str:
    """Chinese names without the blanks that set two characters apart."""
    text = plain(cell)
    return text.replace(" ", "") if " " in text and re.search(r"[㐀-鿿]", text) else text


def free_text(cell: Cell) -> str:
    """A remark as it was typed, without signs that no text may hold."""
    text = _CONTROL.sub("", written(cell)).strip()
    return "" if text.lower() in aliases.NOTHING else text


def phone(cell: Cell) -> tuple[str, bool]:
    """The telephone number half-width, without +86 and blanks, and whether further numbers were left out."""
    if isinstance(cell, str) and _PLAIN_PHONE.fullmatch(cell):
        return cell, False
    text = plain(cell)
    parts = [part for part in _PHONE_CUTS.split(text) if len(re.sub(r"\D", "", part)) >= 7]
    if len(parts) > 1:
        return _bare_phone(parts[0]), True
    return _bare_phone(text), False


def _bare_phone(text: str) -> str:
    bare = re.sub(r"[\s()'.]", "", re.sub(r"[‐-―−_]", "-", text))
    bare = re.sub(r"^(?:\+?0{0,2}86)-?(?=1[3-9])", "", bare)
    if re.fullmatch(r"1[\d-]+", bare) and not bare.startswith("100-"):
        bare = bare.replace("-", "")
    return bare


def birth_year(cell: Cell) -> int | None:
    """The year of a date given as text, as a date or as a spreadsheet's day number. Raises Unreadable."""
    if isinstance(cell, dt.date):
        return cell.year
    if (
        isinstance(cell, int | float)
        and not isinstance(cell, bool)
        and int(cell) in _SERIAL
        and not 1900 <= cell <= 2100
    ):
        return (dt.date(1899, 12, 30) + dt.timedelta(days=int(cell))).year
    text = plain(cell).replace(" ", "")
    if not text:
        return None
    if re.fullmatch(r"\d{5}", text) and int(text) in _SERIAL:
        return (dt.date(1899, 12, 30) + dt.timedelta(days=int(text))).year
    found = _YEAR.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    if not found:
        raise Unreadable("not_a_day")
    return int(found[1])


def number(cell: Cell) -> int | None:
    """A whole number, also as `4人` or `四` would be typed in figures. Raises Unreadable."""
    text = re.sub(r"(?:人|口|层|楼|f)$", "", plain(cell).lower()).strip()
    if not text:
        return None
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise Unreadable("not_a_number")
    return int(text)


def code_of(cell: Cell, words: Mapping[str, str], otherwise: str = "") -> str | None:
    """The code of a word; `otherwise` for a word nobody listed. Raises Unreadable where there is none."""
    text = plain(cell).lower()
    if not text:
        return None
    bare = re.sub(r"[(\[].*?[)\]]$", "", text).strip()
    found = words.get(text) or words.get(bare) or (text if text in words.values() else "") or otherwise
    if not found:
        raise Unreadable("not_a_choice")
    return found


def yes(cell: Cell) -> bool:
    """True where a sheet says yes. Raises Unreadable for a word that is neither yes nor no."""
    text = plain(cell).lower()
    if text in aliases.YES_WORDS:
        return True
    if not text or text in aliases.NO_WORDS:
        return False
    raise Unreadable("not_a_choice")
