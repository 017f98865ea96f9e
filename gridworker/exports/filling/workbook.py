"""A form that is an .xlsx: its sheets as grids, and cells set in the XML of a sheet without touching anything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from gridworker.errors import FormRefused, PlaceNotFound
from gridworker.exports.filling.grid import Grid, Spot, name_of, spot_of
from gridworker.exports.filling.package import Package, written
from gridworker.exports.markup import xml_text

_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_M = f"{{{_NS}}}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_BOOK = "xl/workbook.xml"
#: In the order of the format, what may not stand before the calculation settings of a workbook.
_BEHIND_CALCULATION = (
    "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr", "smartTagTypes", "webPublishing",
    "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip
_NAME = re.compile(r"[^\W\d][\w.]*(?!\s*\()")


class Workbook:
    """The sheets of a form. `grids` are read once; `put` changes a copy of a sheet's XML that `changes` gives back."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._book = package.tree(_BOOK)
        targets = package.targets(_BOOK)
        sheets = [
            (sheet.get("name", ""), targets.get(sheet.get(_ID), ""))
            for sheet in self._book.iter(f"{_M}sheet")
        ]
        # A chart sheet has no cells.
        self._sheets = [(name, part) for name, part in sheets if part.startswith("xl/worksheets/")]
        if not self._sheets or any(part not in package.parts for _, part in self._sheets):
            raise FormRefused(file=package.name, reason="file_damaged")
        self._trees = [package.tree(part) for _, part in self._sheets]
        self._shared = self._shared_texts()
        self._unlocked = self._unlocked_styles()
        self.grids = [
            self._grid(name, tree) for (name, _), tree in zip(self._sheets, self._trees, strict=True)
        ]
        self._touched: set[int] = set()

    def _shared_texts(self) -> list[str]:
        part = "xl/sharedStrings.xml"
        if part not in self._package.parts:
            return []
        return ["".join(_texts(item)) for item in self._package.tree(part).iter(f"{_M}si")]

    def _unlocked_styles(self) -> set[str]:
        """The numbers of the cell styles that a protected sheet leaves open."""
        part = "xl/styles.xml"
        if part not in self._package.parts:
            return set()
        styles = self._package.tree(part).findall(f"{_M}cellXfs/{_M}xf")
        return {
            str(number)
            for number, style in enumerate(styles)
            if any(mark.get("locked") in {"0", "false"} for mark in style.iter(f"{_M}protection"))
        }

    def _grid(self, name: str, tree: Any) -> Grid:
        texts: dict[Spot, str] = {}
        rows = columns = 0
        for cell in tree.iter(f"{_M}c"):
            spot = spot_of(cell.get("r", ""))
            if spot is None:
                raise FormRefused(file=self._package.name, reason="file_damaged")
            rows, columns = max(rows, spot[0]), max(columns, spot[1])
            text = self._text(cell)
            if text:
                texts[spot] = text
        spans: dict[Spot, Spot] = {}
        for merged in tree.iter(f"{_M}mergeCell"):
            first, _, last = merged.get("ref", "").partition(":")
            start, end = spot_of(first), spot_of(last)
            if start and end:
                spans[start] = (end[0] - start[0] + 1, end[1] - start[1] + 1)
        return Grid(name, texts, spans, rows, columns)

    def _text(self, cell: Any) -> str:
        """What a cell shows; a formula counts as text, so that it is never filled over."""
        if cell.find(f"{_M}f") is not None:
            return "="
        value = cell.findtext(f"{_M}v") or ""
        if cell.get("t") == "s" and value.isdigit() and int(value) < len(self._shared):
            return self._shared[int(value)]
        return "".join(_texts(cell)) if cell.get("t") == "inlineStr" else value

    def put(self, sheet: int, spot: Spot, value: float | str) -> None:
        """Write a number or a text into a cell, in the look it has. Raises PlaceNotFound (`place_locked`)."""
        tree = self._trees[sheet]
        cell = self._cell(tree, spot)
        protection = tree.find(f"{_M}sheetProtection")
        is_protected = protection is not None and protection.get("sheet") in {"1", "true"}
        if is_protected and cell.get("s", "0") not in self._unlocked:
            raise PlaceNotFound(place=f"{self._sheets[sheet][0]} {name_of(spot)}", reason="place_locked")
        for part in list(cell):
            cell.remove(part)
        if isinstance(value, str):
            cell.set("t", "inlineStr")
            text = etree.SubElement(etree.SubElement(cell, f"{_M}is"), f"{_M}t")
            text.text = xml_text(value)
            text.set(_SPACE, "preserve")
        else:
            cell.attrib.pop("t", None)
            etree.SubElement(cell, f"{_M}v").text = repr(value)
        self._touched.add(sheet)

    @staticmethod
    def _cell(tree: Any, spot: Spot) -> Any:
        """The cell's element, made in its place if the sheet has none."""
        data = tree.find(f"{_M}sheetData")
        row = _in_order(data, f"{_M}row", spot[0], lambda row: int(row.get("r", "0")))
        if row.get("r") is None:
            row.set("r", str(spot[0]))
        cell = _in_order(row, f"{_M}c", spot[1], lambda cell: (spot_of(cell.get("r", "")) or (0, 0))[1])
        if cell.get("r") is None:
            cell.set("r", name_of(spot))
            if row.get("s"):
                cell.set("s", row.get("s"))
        return cell

    def changes(self) -> Mapping[str, bytes]:
        """The parts that differ now. Results of formulas that may depend on a filled cell are taken out, so that no
        program shows an old one."""
        stale = self._stale_sheets()
        for sheet in stale:
            for cell in self._trees[sheet].iter(f"{_M}c"):
                result = cell.find(f"{_M}v")
                if cell.find(f"{_M}f") is not None and result is not None:
                    cell.remove(result)
                    cell.attrib.pop("t", None)
        changed = {self._sheets[sheet][1]: written(self._trees[sheet]) for sheet in self._touched | stale}
        if stale:
            self._ask_for_calculation()
            changed[_BOOK] = written(self._book)
        return changed

    def _stale_sheets(self) -> set[int]:
        """Sheets with formulas that may see a filled cell, directly or through another sheet. A formula that uses a
        defined name or a table may see anything."""
        formulas = [[formula.text or "" for formula in tree.iter(f"{_M}f")] for tree in self._trees]
        names = {name.get("name", "").casefold() for name in self._book.iter(f"{_M}definedName")}
        changed, stale = set(self._touched), set[int]()
        while True:
            more = {
                sheet
                for sheet, texts in enumerate(formulas)
                if texts
                and sheet not in stale
                and (sheet in changed or any(self._sees(text, changed, names) for text in texts))
            }
            if not more:
                return stale
            stale |= more
            changed |= more

    def _sees(self, formula: str, sheets: set[int], names: set[str]) -> bool:
        said = formula.casefold()
        if "!" in said and any(
            self._sheets[sheet][0].casefold().replace("'", "''") in said for sheet in sheets
        ):
            return True
        # `first:last!A1` reaches over the sheets between.
        return "[" in said or ":" in said.partition("!")[0] or bool(names & set(_NAME.findall(said)))

    def _ask_for_calculation(self) -> None:
        settings = self._book.find(f"{_M}calcPr")
        if settings is None:
            settings = etree.Element(f"{_M}calcPr")
            behind = next(
                (part for part in self._book if etree.QName(part).localname in _BEHIND_CALCULATION), None
            )
            if behind is None:
                self._book.append(settings)
            else:
                behind.addprevious(settings)
        settings.set("fullCalcOnLoad", "1")


def _texts(element: Any) -> list[str]:
    """The texts below `element` without the reading aids of East Asian names."""
    return [
        text.text or ""
        for text in element.iter(f"{_M}t")
        if not any(True for _ in text.iterancestors(f"{_M}rPh"))
    ]


def _in_order(parent: Any, tag: str, number: int, numbered: Any) -> Any:
    """The child of `parent` with this number, made where it belongs."""
    for child in parent.iterchildren(tag):
        found = numbered(child)
        if found == number:
            return child
        if found > number:
            made = etree.Element(tag)
            child.addprevious(made)
            return made
    return etree.SubElement(parent, tag)
