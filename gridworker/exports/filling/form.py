"""Fills a form from figures and lists: everything is found and checked before the first byte is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridworker.errors import FigureUnknown, PlaceNotFound
from gridworker.exports.document import Cell
from gridworker.exports.filling.grid import Grid, Spot, locate, name_of
from gridworker.exports.filling.mapping import FormMapping, Place
from gridworker.exports.filling.package import open_package, pack
from gridworker.exports.filling.paper import Paper
from gridworker.exports.filling.values import as_text, in_cell
from gridworker.exports.filling.workbook import Workbook

#: A list: the value of each of its columns by the column's key, a row each.
Rows = Sequence[Mapping[str, Cell]]


@dataclass(frozen=True)
class FilledForm:
    """The file's bytes, and what was filled, a line per place."""

    content: bytes
    told: tuple[str, ...]


def filled_form(
    template: Path, mapping: FormMapping, figures: Mapping[str, Cell], lists: Mapping[str, Rows]
) -> FilledForm:
    """`template`, filled; it is all or nothing.

    Raises FormRefused, PlaceNotFound (`place_missing`, `place_unclear`, `place_locked`, `list_too_long`),
    FigureUnknown, and what reading a file may raise."""
    package = open_package(template)
    form = Workbook(package) if package.kind == "xlsx" else Paper(package)
    told = tuple(_fill(form, place, figures, lists) for place in mapping.places)
    return FilledForm(pack(package, form.changes()), told)


def _fill(
    form: Workbook | Paper, place: Place, figures: Mapping[str, Cell], lists: Mapping[str, Rows]
) -> str:
    if place.list:
        return _fill_list(form, place, lists)
    if place.figure not in figures:
        raise FigureUnknown(key=place.figure)
    value = figures[place.figure]
    if isinstance(form, Paper) and place.placeholder:
        form.replace(place, as_text(value, place.format))
        return f"{place.placeholder} = {as_text(value, place.format)}"
    number, spot = locate(place, form.grids)
    if isinstance(form, Paper):
        form.put(number, spot, as_text(value, place.format))
    elif place.placeholder:
        said = form.grids[number].texts[spot]
        form.put(number, spot, said.replace(place.placeholder, as_text(value, place.format)))
    else:
        form.put(number, spot, in_cell(value, place.format))
    return f"{form.grids[number].name} {name_of(spot)} = {as_text(value, place.format)}"


def _fill_list(form: Workbook | Paper, place: Place, lists: Mapping[str, Rows]) -> str:
    if place.list not in lists:
        raise FigureUnknown(key=place.list)
    rows = lists[place.list]
    unknown = next((key for row in rows[:1] for key in place.columns if key not in row), None)
    if unknown is not None:
        raise FigureUnknown(key=f"{place.list}.{unknown}")
    number, first = locate(place, form.grids)
    grid = form.grids[number]
    if len(rows) > place.rows:
        raise PlaceNotFound(place=place.name, reason="list_too_long", wanted=len(rows), room=place.rows)
    for down, row in enumerate(rows):
        for spot, key in zip(
            line_spots(grid, (first[0] + down, first[1]), place), place.columns, strict=True
        ):
            if isinstance(form, Paper):
                form.put(number, spot, as_text(row[key], place.format))
            else:
                form.put(number, spot, in_cell(row[key], place.format))
    return f"{grid.name} {name_of(first)} = {len(rows)} × {len(place.columns)}"


def line_spots(grid: Grid, start: Spot, place: Place) -> list[Spot]:
    """The spots of one line, a merged cell counted once. Raises PlaceNotFound (`list_too_long`) where the line is not
    blank: the room ends there."""
    spots = []
    row, column = start
    for _ in place.columns:
        first = grid.first_of((row, column))
        if first[0] != row or grid.texts.get(first, "").strip():
            raise PlaceNotFound(
                place=place.name, reason="list_too_long", wanted=name_of((row, column)), room=place.rows
            )
        spots.append(first)
        column = grid.covered(first)[1].stop
    return spots
