"""The measures of a page in a Word file: on A4 those of GB/T 9704-2012, on smaller paper all is smaller."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.exports.page_setup import PageSetup, Paper

_TWIPS = 1440 / 25.4
#: Half points below which nobody reads a form comfortably.
_LEAST = 16
#: Official letters are 16 pt high: small paper takes 12 and 10.
_LETTERS = {Paper.A4: 1.0, Paper.A5: 0.75, Paper.A6: 0.625}


@dataclass(frozen=True)
class DocxSheet:
    """Twips (1/20 pt) of the upright sheet. `pitch` is the distance of lines; `foot` where the page number stands above
    the paper's edge."""

    short: int
    long: int
    top: int
    bottom: int
    left: int
    right: int
    pitch: int
    foot: int
    letters: float

    def half_points(self, official: int) -> int:
        """The size of letters that are `official` half points on A4."""
        return max(round(official * self.letters), min(official, _LEAST))

    def room(self, wide: bool) -> int:
        """Twips across the type area, of the sheet upright or lying."""
        return self.long - self.top - self.bottom if wide else self.short - self.left - self.right


#: The page number stands 7 mm below the type area. 28.95 pt from line to line: 29 pt would lose the 22nd.
_OFFICIAL = DocxSheet(
    11906, 16838, top=2098, bottom=1984, left=1588, right=1474, pitch=579, foot=1984 - 397 - 280, letters=1.0
)


def docx_sheet(page: PageSetup) -> DocxSheet:
    """The measures for a document's paper."""
    if page.paper is Paper.A4:
        return _OFFICIAL
    letters = _LETTERS[page.paper]
    width, height = (round(side * _TWIPS) for side in page.paper.size)
    inner, outer = (round((page.side + moved) * _TWIPS) for moved in (page.binding, -page.binding))
    bottom = round(page.foot * _TWIPS)
    return DocxSheet(
        width,
        height,
        top=round(page.side * _TWIPS),
        bottom=bottom,
        left=inner,
        right=outer,
        pitch=round(_OFFICIAL.pitch * letters),
        foot=round(bottom * 0.4),
        letters=letters,
    )
