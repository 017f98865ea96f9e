"""The design tokens: colours of the three schemes, type scale, sizes. Pure values; no other module holds a colour."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scheme(StrEnum):
    """Which colour set is drawn."""

    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


@dataclass(frozen=True)
class StateColour:
    """One state's text colour, chip fill and cell edge."""

    fg: str
    tint: str
    edge: str


@dataclass(frozen=True)
class Colours:
    """One scheme. Every value is `#RRGGBB`."""

    window: str
    sidebar: str
    surface: str
    alt: str
    hover: str
    sel: str
    sel_edge: str
    line: str
    ctl: str
    text: str
    text2: str
    text3: str
    accent: str
    on_accent: str
    ok: StateColour
    due: StateColour
    late: StateColour
    absent: StateColour
    info: StateColour
    mute: StateColour

    def state(self, name: str) -> StateColour:
        """The state colour called `name` (ok, due, late, absent, info, mute); AttributeError for another."""
        found: StateColour = getattr(self, name)
        return found


LIGHT = Colours(
    window="#F4F4F1",
    sidebar="#EBECE8",
    surface="#FFFFFF",
    alt="#F8F8F6",
    hover="#EEF1F4",
    sel="#DCE7F5",
    sel_edge="#DCE7F5",
    line="#DCDCD6",
    ctl="#80868E",
    text="#1D2126",
    text2="#4D535B",
    text3="#5F656C",
    accent="#24589C",
    on_accent="#FFFFFF",
    ok=StateColour("#1C6B43", "#E3F1E8", "#DCDCD6"),
    due=StateColour("#825000", "#FBEFD8", "#CFA24C"),
    late=StateColour("#AE241C", "#FBE7E4", "#DB8B83"),
    absent=StateColour("#6A4694", "#EFE8F7", "#B59BD6"),
    info=StateColour("#24589C", "#E4EDF8", "#24589C"),
    mute=StateColour("#4D535B", "#ECECE8", "#DCDCD6"),
)

DARK = Colours(
    window="#1B1D20",
    sidebar="#16181A",
    surface="#232629",
    alt="#292C30",
    hover="#2E3237",
    sel="#263B59",
    sel_edge="#263B59",
    line="#383C41",
    ctl="#7E858D",
    text="#E8EAED",
    text2="#B7BDC4",
    text3="#A0A7AF",
    accent="#8DB8F2",
    on_accent="#0F1A28",
    ok=StateColour("#86CFA4", "#1F3529", "#383C41"),
    due=StateColour("#EBBC6C", "#3A2E18", "#7D612E"),
    late=StateColour("#F7A199", "#43241F", "#8D4840"),
    absent=StateColour("#CBB0EE", "#322842", "#69558D"),
    info=StateColour("#8DB8F2", "#20324A", "#8DB8F2"),
    mute=StateColour("#B7BDC4", "#303338", "#383C41"),
)

CONTRAST = Colours(
    window="#000000",
    sidebar="#000000",
    surface="#000000",
    alt="#000000",
    hover="#1F1F1F",
    sel="#003C7A",
    sel_edge="#FFFFFF",
    line="#8C8C8C",
    ctl="#FFFFFF",
    text="#FFFFFF",
    text2="#FFFFFF",
    text3="#E0E0E0",
    accent="#FFE14D",
    on_accent="#000000",
    ok=StateColour("#7CF5A0", "#000000", "#7CF5A0"),
    due=StateColour("#FFD24D", "#000000", "#FFD24D"),
    late=StateColour("#FF9D94", "#000000", "#FF9D94"),
    absent=StateColour("#DDBBFF", "#000000", "#DDBBFF"),
    info=StateColour("#8CCBFF", "#000000", "#8CCBFF"),
    mute=StateColour("#FFFFFF", "#000000", "#FFFFFF"),
)

PAPER = LIGHT
"""Printed and previewed paper is always white with dark ink, whatever the window's scheme."""

COLOURS = {Scheme.LIGHT: LIGHT, Scheme.DARK: DARK, Scheme.CONTRAST: CONTRAST}

TEXT_SIZES = (100, 125, 150, 200)
"""The text sizes on offer, in percent."""


@dataclass(frozen=True)
class TypeStyle:
    """Point size at 100 % and weight of one text style."""

    points: float
    bold: bool = False


TYPE_SCALE = {
    "caption": TypeStyle(10.0),
    "caption_bold": TypeStyle(10.0, bold=True),
    "body": TypeStyle(10.5),
    "body_bold": TypeStyle(10.5, bold=True),
    "strong": TypeStyle(11.25, bold=True),
    "panel": TypeStyle(12.75, bold=True),
    "page": TypeStyle(15.0, bold=True),
    "welcome": TypeStyle(19.5, bold=True),
}


@dataclass(frozen=True)
class Sizes:
    """Measures in px at 100 %. Heights grow through `Tokens.height`, icons through `Tokens.icon`, gaps never."""

    gap_1: int = 4
    gap_2: int = 8
    gap_3: int = 12
    gap_4: int = 16
    gap_6: int = 24
    gap_8: int = 32
    page_pad_y: int = 12
    page_pad_x: int = 16
    card_pad: int = 12
    panel_pad: int = 16
    radius_chip: int = 4
    radius_control: int = 6
    radius_card: int = 8
    line: int = 1
    ring: int = 2
    mark: int = 3
    tree_row: int = 28
    table_row: int = 36
    two_line_row: int = 48
    group_row: int = 28
    chip: int = 22
    control: int = 32
    control_small: int = 28
    outcome_button: int = 40
    card_header: int = 40
    table_header: int = 30
    title_row: int = 36
    strip: int = 40
    header: int = 44
    tabs: int = 40
    status: int = 28
    tree: int = 256
    tree_min: int = 216
    tree_max: int = 400
    indent: int = 12
    side_panel: int = 348
    content_max: int = 1680
    narrow: int = 820
    icon: int = 16
    icon_small: int = 14
    icon_summary: int = 20
    icon_welcome: int = 24
    icon_empty: int = 32
    window_min_width: int = 1024
    window_min_height: int = 600


SIZES = Sizes()


@dataclass(frozen=True)
class Tokens:
    """One scheme at one text size. `font_height` and `caption_height` are the px heights of those styles as drawn."""

    scheme: Scheme
    scale: float = 1.0
    font_height: float = 0.0
    caption_height: float = 0.0

    @property
    def colours(self) -> Colours:
        return COLOURS[self.scheme]

    @property
    def growth(self) -> float:
        """By how much heights and icons grow at this text size."""
        return 1.0 + 0.72 * (self.scale - 1.0)

    def height(self, px: int) -> int:
        """Height in px of something that holds one line of body text and is `px` high at 100 %."""
        return round(max(px * self.growth, self.font_height + 8))

    def chip(self) -> int:
        """Height in px of a chip or a key: captions sit closer to the edge than body text."""
        return round(max(SIZES.chip * self.growth, self.caption_height + 4))

    def icon(self, px: int) -> int:
        """Edge length in px of an icon that is `px` at 100 %."""
        return round(px * self.growth)

    def width(self, px: int) -> int:
        """Width in px of a column that holds text and is `px` wide at 100 %; grows fully with the text."""
        return round(px * self.scale)


def contrast_ratio(one: str, other: str) -> float:
    """WCAG 2 contrast of two `#RRGGBB` colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
