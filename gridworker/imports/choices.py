"""What a person decided about the sheets of a file, and remembering it for the next file that looks the same. Holds
headers only as a fingerprint, and no cell."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from gridworker.imports.layout import Layout

#: Where the profile keeps them.
MEMORY = "import.layouts"
#: How many layouts are kept in mind; the oldest goes first.
MOST_REMEMBERED = 100


class SheetChoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """`columns` maps letters to fields, None to leave a column out; letters that are not named stay as they were
    found. `header` are the first and last row of the header by the sheet's own numbers, (0, 0) as found. `skip`
    leaves the whole sheet out."""

    columns: dict[str, str | None] = {}
    header: tuple[int, int] = (0, 0)
    skip: bool = False


#: sheet → what was decided about it.
Choices = Mapping[str, SheetChoice]
_Memory = dict[str, SheetChoice]


def header_key(text: str) -> str:
    """A header as headers are compared: half-width, small, without blanks, stars and dots."""
    flat = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s*_:·.\u200b]+", "", flat)


def fingerprint(layout: Layout) -> str:
    """What tells this layout from others: its headers in order, as a hash."""
    headers = "|".join(
        f"{column.letter}={header_key(column.header)}" for column in layout.columns if column.header
    )
    return hashlib.sha256(headers.encode()).hexdigest()[:32]


def recalled(memory: bytes | None, layouts: Mapping[str, Layout]) -> dict[str, SheetChoice]:
    """What was decided about sheets that looked like these, by sheet. `layouts` are as found, before any choice."""
    known = _decoded(memory)
    prints = {sheet: fingerprint(layout) for sheet, layout in layouts.items()}
    return {sheet: known[seen] for sheet, seen in prints.items() if seen in known}


def remembering(memory: bytes | None, layouts: Mapping[str, Layout], choices: Choices) -> bytes:
    """`memory` with these choices added, the newest last."""
    known = _decoded(memory)
    for sheet, layout in layouts.items():
        seen = fingerprint(layout)
        known.pop(seen, None)
        if sheet in choices and choices[sheet] != SheetChoice():
            known[seen] = choices[sheet]
    newest = list(known.items())[-MOST_REMEMBERED:]
    return msgspec.json.encode(dict(newest))


def _decoded(memory: bytes | None) -> _Memory:
    """What is remembered; nothing where it was written by a version that this one does not understand."""
    try:
        return msgspec.json.decode(memory, type=_Memory) if memory else {}
    except msgspec.MsgspecError:
        return {}
