"""Figures and lists under the names people look for them by. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gridworker.exports.document import printed
from gridworker.exports.figures import Figures
from gridworker.wording import Wording

_OF = ("before", "change", "year")


@dataclass(frozen=True)
class Choice:
    """One figure, or with `columns` one list, and what it says at present."""

    key: str
    name: str
    value: str
    columns: tuple[str, ...] = ()

    @property
    def is_list(self) -> bool:
        return bool(self.columns)


def choices_of(figures: Figures, wording: Wording) -> tuple[Choice, ...]:
    """Every figure in the order of the report, then every list that has rows or known columns."""
    single = [Choice(key, figure_name(key, wording), printed(value)) for key, value in figures.single.items()]
    lists = [
        Choice(key, wording(f"figure.list.{key}"), str(len(rows)), tuple(rows[0]) if rows else ())
        for key, rows in figures.lists.items()
    ]
    return (*single, *(one for one in lists if one.columns))


def figure_name(key: str, wording: Wording) -> str:
    """What a figure is called; a key this version has no words for stands for itself."""
    base, _, end = key.rpartition(".")
    if base and end in _OF:
        return wording("figure.with", name=figure_name(base, wording), of=wording(f"figure.of.{end}"))
    words = f"figure.{key}" if "." in key else f"figure.name.{key}"
    return wording(words) if wording.has(words) else key


def column_name(column: str, wording: Wording) -> str:
    """What a column of a list is called."""
    for words in (
        f"figure.column.{column}",
        f"figure.{column}",
        f"figure.visits.{column}",
        f"figure.name.{column}",
    ):
        if wording.has(words):
            return wording(words)
    words = f"figure.demands.{column}"
    return wording(words) if wording.has(words) else column


def found(choices: Sequence[Choice], typed: str) -> list[Choice]:
    """Those whose name or key holds every word that was typed."""
    words = typed.casefold().split()
    fit = [one for one in choices if all(word in f"{one.name} {one.key}".casefold() for word in words)]
    return sorted(fit, key=lambda one: not one.name.casefold().startswith(tuple(words[:1])))


def matched_columns(choice: Choice, headers: Sequence[str], wording: Wording) -> tuple[str, ...]:
    """The columns of a list that fit the `headers` of a form, from the left on; where none fits, its first ones."""
    chosen: list[str] = []
    for header in headers:
        free = [column for column in choice.columns if column not in chosen]
        fits = _best(header, {column: _name_in(choice, column, wording) for column in free})
        if fits is None:
            break
        chosen.append(fits)
    return tuple(chosen) or choice.columns[: max(len(headers), 1)]


def _name_in(choice: Choice, column: str, wording: Wording) -> str:
    """What forms call a column of this list: the names of grids stand under "grid"."""
    return (
        wording("figure.column.node")
        if (choice.key, column) == ("grids", "name")
        else column_name(column, wording)
    )


def _best(header: str, names: Mapping[str, str]) -> str | None:
    """The column that is called what the header says: the same, begun alike, or with it inside."""
    said = header.strip().casefold()
    tests: tuple[Callable[[str], bool], ...] = (
        lambda name: name == said,
        lambda name: name.startswith(said) or said.startswith(name),
        lambda name: said in name or name in said,
    )
    for fits in tests if said else ():
        for column, name in names.items():
            if fits(name.casefold()):
                return column
    return None
