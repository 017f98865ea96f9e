"""The paper a document is meant for: its size, its margins and whether both sides are printed. Millimetres; knows no
renderer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Paper(StrEnum):
    A4 = "A4"
    A5 = "A5"
    A6 = "A6"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright sheet."""
        return _SIZES[self]


_SIZES = {Paper.A4: (210, 297), Paper.A5: (148, 210), Paper.A6: (105, 148)}
#: Margins at the sides and the top, and at the foot, which holds the page line.
_MARGINS = {Paper.A4: (18.0, 22.0), Paper.A5: (13.0, 18.0), Paper.A6: (9.0, 14.0)}
#: How far the type area moves away from the binding when both sides are printed.
_BINDING = {Paper.A4: 5.0, Paper.A5: 4.0, Paper.A6: 3.0}
#: Letters of small paper are smaller, but by less than the paper.
_LETTERS = {Paper.A4: 1.0, Paper.A5: 0.9, Paper.A6: 0.82}


@dataclass(frozen=True)
class PageSetup:
    """Two-sided pages have their margins mirrored; the type area keeps its size, so nothing breaks elsewhere."""

    paper: Paper = Paper.A4
    two_sided: bool = False

    @property
    def side(self) -> float:
        """The margin at the sides of a one-sided page, and at the top of every one."""
        return _MARGINS[self.paper][0]

    @property
    def foot(self) -> float:
        return _MARGINS[self.paper][1]

    @property
    def content(self) -> tuple[float, float]:
        """Width and height of the type area."""
        width, height = self.paper.size
        return width - 2 * self.side, height - self.side - self.foot

    @property
    def letters(self) -> float:
        """How large letters are beside those on A4."""
        return _LETTERS[self.paper]

    @property
    def binding(self) -> float:
        """How much wider than `side` the inner margin is, and narrower the outer one."""
        return _BINDING[self.paper] if self.two_sided else 0.0

    def left(self, page: int) -> float:
        """The left margin of a page counted from 0: the first lies on the right, bound at its left."""
        return self.side + (self.binding if page % 2 == 0 else -self.binding)


#: What a document is printed on unless it says otherwise.
USUAL = PageSetup()
