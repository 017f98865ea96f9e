"""A blank form as it is shown to whoever says what goes where: its sheets, or tables, and its placeholders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gridworker.errors import PlaceNotFound
from gridworker.exports.filling.grid import Grid, Spot, locate, plain
from gridworker.exports.filling.mapping import Place
from gridworker.exports.filling.package import open_package
from gridworker.exports.filling.paper import Paper
from gridworker.exports.filling.workbook import Workbook

_PLACEHOLDER = re.compile(r"\{\{[^{}\n]{1,60}\}\}")
#: The number of the sheet that stands for the text around the tables of a .docx.
TEXT = -1


@dataclass(frozen=True)
class Target:
    """A cell by the number of its grid and its spot, or a placeholder."""

    sheet: int
    spot: Spot = (0, 0)
    placeholder: str = ""


@dataclass(frozen=True)
class BlankForm:
    """`kind` is `xlsx` or `docx`; `placeholders` are texts in double braces, each as often as it stands."""

    path: Path
    kind: str
    grids: tuple[Grid, ...]
    placeholders: tuple[str, ...]

    @property
    def labels(self) -> frozenset[str]:
        """What tells one form from another."""
        return frozenset(plain(text) for grid in self.grids for text in grid.texts.values()) | frozenset(
            self.placeholders
        )

    def target_of(self, place: Place) -> Target:
        """Where `place` lies in this form. Raises PlaceNotFound."""
        if place.placeholder and self.kind == "docx":
            if self.placeholders.count(place.placeholder) != 1:
                reason = "place_unclear" if place.placeholder in self.placeholders else "place_missing"
                raise PlaceNotFound(place=place.name, reason=reason)
            return Target(TEXT, placeholder=place.placeholder)
        sheet, spot = locate(place, self.grids)
        return Target(sheet, spot, place.placeholder)


def read_form(path: Path) -> BlankForm:
    """The form in the file `path`. Raises FormRefused, and what reading a file may raise."""
    package = open_package(path)
    if package.kind == "xlsx":
        grids: Sequence[Grid] = Workbook(package).grids
        texts = [text for grid in grids for text in grid.texts.values()]
    else:
        paper = Paper(package)
        grids, texts = paper.grids, paper.lines()
    found = tuple(one for text in texts for one in _PLACEHOLDER.findall(text))
    return BlankForm(path, package.kind, tuple(grids), found)
