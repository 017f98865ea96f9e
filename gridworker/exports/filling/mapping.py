"""What goes where in a form, as a JSON file that a person may write by hand (docs/filling.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from gridworker.errors import MappingInvalid
from gridworker.exports.filling.package import opened

VERSION = 1
Format = Literal["", "text", "0", "0.0", "0%", "0.0%", "#,##0"]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One target. It gets either a `figure` or a `list` (a table's key). It is found by the labels `left` of it and
    `above` it, or by a `placeholder` text; `sheet` and `cell` say where it was and decide between several."""

    figure: str = ""
    list: str = ""
    sheet: str = ""
    cell: str = ""
    left: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    placeholder: str = ""
    format: Format = ""
    #: Of a list: which of its columns, from the target to the right, and for how many rows there is room.
    columns: tuple[str, ...] = ()
    rows: int = 0

    @property
    def name(self) -> str:
        """What people call the target in a message."""
        labels = " / ".join((*self.above, *self.left)) or self.placeholder
        return " ".join(part for part in (self.sheet, self.cell, labels) if part)


class FormMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    version: Literal[1]
    places: tuple[Place, ...]


def read_mapping(path: Path) -> FormMapping:
    """The mapping in the file `path`. Raises MappingInvalid with the `detail`, FormRefused (`file_missing`,
    `file_locked`), and what reading a file may raise."""
    with opened(path):
        content = path.read_bytes()
    return mapping_of(content, path.name)


def mapping_of(content: bytes, name: str) -> FormMapping:
    """The mapping that `content` says; `name` is what the file is called in an error. Raises MappingInvalid."""
    try:
        mapping = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=FormMapping)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MappingInvalid(file=name, detail=str(error)) from error
    for number, place in enumerate(mapping.places, 1):
        wrong = _wrong_with(place)
        if wrong:
            raise MappingInvalid(file=name, detail=f"places[{number}]: {wrong}")
    if not mapping.places:
        raise MappingInvalid(file=name, detail="places: []")
    return mapping


def _wrong_with(place: Place) -> str:
    if bool(place.figure) == bool(place.list):
        return "figure | list"
    if not (place.left or place.above or place.placeholder or place.cell):
        return "left | above | placeholder | cell"
    if place.list and not (place.columns and place.rows > 0):
        return "columns, rows"
    return ""


def write_mapping(mapping: FormMapping) -> bytes:
    """`mapping` as the indented JSON that `read_mapping` reads."""
    plain = msgspec.json.encode(mapping)
    return msgspec.json.format(plain, indent=2) + b"\n"
