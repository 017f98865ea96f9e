"""A form that is a .docx: its tables as grids, its placeholders, and text set in the look that stands there."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from lxml import etree

from gridworker.errors import PlaceNotFound
from gridworker.exports.filling.grid import Grid, Spot, plain
from gridworker.exports.filling.mapping import Place
from gridworker.exports.filling.package import Package, written
from gridworker.exports.markup import xml_text

_NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W = f"{{{_NS}}}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_MAIN = "word/document.xml"


class Paper:
    """The tables of a form, each a grid named by its number (`1`, `2`, …), and the texts around them."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._root = package.tree(_MAIN)
        self._cells: list[dict[Spot, Any]] = []
        self.grids = [
            self._grid(str(number), table) for number, table in enumerate(self._root.iter(f"{_W}tbl"), 1)
        ]

    def _grid(self, name: str, table: Any) -> Grid:
        texts: dict[Spot, str] = {}
        spans: dict[Spot, Spot] = {}
        cells: dict[Spot, Any] = {}
        open_above: dict[int, Spot] = {}
        row_number = width = 0
        for row_number, row in enumerate(table.iterchildren(f"{_W}tr"), 1):
            column = 1 + _number(row.find(f"{_W}trPr/{_W}gridBefore"), 0)
            for cell in row.iterchildren(f"{_W}tc"):
                reach = _number(cell.find(f"{_W}tcPr/{_W}gridSpan"), 1)
                merge = cell.find(f"{_W}tcPr/{_W}vMerge")
                spot = row_number, column
                if merge is not None and merge.get(f"{_W}val") != "restart" and column in open_above:
                    first = open_above[column]
                    spans[first] = row_number - first[0] + 1, spans[first][1]
                else:
                    cells[spot], texts[spot], spans[spot] = cell, _text_of(cell), (1, reach)
                    open_above[column] = spot
                column += reach
            width = max(width, column - 1)
        self._cells.append(cells)
        return Grid(name, {spot: text for spot, text in texts.items() if text}, spans, row_number, width)

    def put(self, table: int, spot: Spot, text: str) -> None:
        """Write `text` into a cell of a table. Raises PlaceNotFound (`place_missing`)."""
        cell = self._cells[table].get(spot)
        if cell is None:
            raise PlaceNotFound(place=f"{table + 1} {spot[0]}-{spot[1]}", reason="place_missing")
        paragraphs = cell.findall(f"{_W}p")
        for other in paragraphs[1:]:
            cell.remove(other)
        _write(paragraphs[0], text)

    def replace(self, place: Place, text: str) -> None:
        """Put `text` where the placeholder stands, in the look of its first letter.

        Raises PlaceNotFound (`place_missing` or `place_unclear`)."""
        wanted = place.placeholder
        holders = [line for line in self._root.iter(f"{_W}p") if plain(wanted) in plain(_own_text(line))]
        if len(holders) != 1 or _own_text(holders[0]).count(wanted) != 1:
            reason = "place_unclear" if holders else "place_missing"
            raise PlaceNotFound(place=place.name, reason=reason)
        pieces = list(holders[0].iter(f"{_W}t"))
        before = _own_text(holders[0]).index(wanted)
        left = len(wanted)
        for piece in pieces:
            own = piece.text or ""
            if before >= len(own):
                before -= len(own)
                continue
            taken = min(left, len(own) - before)
            piece.text = own[:before] + text + own[before + taken :]
            piece.set(_SPACE, "preserve")
            before, left, text = 0, left - taken, ""
            if not left:
                return

    def lines(self) -> list[str]:
        """The text of every paragraph, inside tables and outside."""
        return [_own_text(line) for line in self._root.iter(f"{_W}p")]

    def changes(self) -> Mapping[str, bytes]:
        """The part that differs now."""
        return {_MAIN: written(self._root)}


def _number(element: Any, otherwise: int) -> int:
    value = None if element is None else element.get(f"{_W}val")
    return int(value) if value and value.isdigit() else otherwise


def _text_of(cell: Any) -> str:
    return "\n".join(_own_text(line) for line in cell.findall(f"{_W}p")).strip()


def _own_text(line: Any) -> str:
    return "".join(piece.text or "" for piece in line.iter(f"{_W}t"))


def _write(line: Any, text: str) -> None:
    """Give a paragraph this text in the look of its first run, or of its own mark."""
    runs = line.findall(f"{_W}r")
    look = runs[0].find(f"{_W}rPr") if runs else line.find(f"{_W}pPr/{_W}rPr")
    look = None if look is None else copy.deepcopy(look)
    for part in list(line):
        if part.tag != f"{_W}pPr":
            line.remove(part)
    run = etree.SubElement(line, f"{_W}r")
    if look is not None:
        run.append(look)
    for number, piece in enumerate(xml_text(text).split("\n")):
        if number:
            etree.SubElement(run, f"{_W}br")
        words = etree.SubElement(run, f"{_W}t")
        words.text = piece
        words.set(_SPACE, "preserve")
