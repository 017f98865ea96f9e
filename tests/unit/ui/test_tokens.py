"""The design's colours can be read: contrast is computed from the tokens themselves. No colour lives elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gridworker.ui.tokens import COLOURS, SIZES, Colours, Scheme, StateColour, Tokens, contrast_ratio

UI = Path(__file__).resolve().parents[3] / "gridworker" / "ui"
STATES = ("ok", "due", "late", "absent", "info", "mute")
GROUNDS = ("window", "sidebar", "surface", "alt", "hover", "sel")
schemes = pytest.mark.parametrize("colours", COLOURS.values(), ids=[str(scheme) for scheme in COLOURS])


def test_contrast_of_known_pairs() -> None:
    assert contrast_ratio("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast_ratio("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast_ratio("#FFFFFF", "#777777") == contrast_ratio("#777777", "#FFFFFF")


@schemes
@pytest.mark.parametrize("ink", ["text", "text2", "accent"])
def test_text_can_be_read_on_every_ground(colours: Colours, ink: str) -> None:
    for ground in GROUNDS:
        assert contrast_ratio(getattr(colours, ink), getattr(colours, ground)) >= 4.5, ground


@schemes
def test_quiet_text_can_be_read_where_it_is_used(colours: Colours) -> None:
    for ground in ("window", "sidebar", "surface", "alt"):
        assert contrast_ratio(colours.text3, getattr(colours, ground)) >= 4.5, ground


@schemes
def test_text_on_the_accent_can_be_read(colours: Colours) -> None:
    assert contrast_ratio(colours.on_accent, colours.accent) >= 4.5


@schemes
@pytest.mark.parametrize("name", STATES)
def test_states_can_be_read_on_their_tint_on_paper_and_in_a_selected_row(colours: Colours, name: str) -> None:
    state: StateColour = colours.state(name)
    assert contrast_ratio(state.fg, state.tint) >= 4.5
    assert contrast_ratio(state.fg, colours.surface) >= 6.4
    assert contrast_ratio(state.fg, colours.sel) >= 4.5
    assert contrast_ratio(state.fg, colours.sidebar) >= 4.5


@schemes
@pytest.mark.parametrize("ground", ["window", "sidebar", "surface"])
def test_edges_and_focus_can_be_seen(colours: Colours, ground: str) -> None:
    assert contrast_ratio(colours.ctl, getattr(colours, ground)) >= 3
    assert contrast_ratio(colours.accent, getattr(colours, ground)) >= 3


def test_no_colour_is_written_outside_the_tokens() -> None:
    hex_or_function = r"#[0-9A-Fa-f]{6}\b|#[0-9A-Fa-f]{3}\b|(?<!\.)\brgba?\("
    named = r"Qt\.(?:GlobalColor\.)?(?:white|black|red|gr[ae]y|blue)\b"
    literal = re.compile(f"{hex_or_function}|{named}")
    found = [
        f"{path.relative_to(UI)}:{number}: {line.strip()}"
        for path in UI.rglob("*.py")
        if path.name != "tokens.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if literal.search(line)
    ]
    assert found == []


def test_no_font_size_in_the_style_sheet() -> None:
    assert "font-size" not in (UI / "stylesheet.py").read_text("utf-8").split('_SHEET = Template("""')[1]


@pytest.mark.parametrize(("scale", "height"), [(1.0, 28), (1.25, 33), (1.5, 38), (2.0, 48)])
def test_heights_grow_less_than_the_text(scale: float, height: int) -> None:
    assert Tokens(Scheme.LIGHT, scale).height(SIZES.tree_row) == height


def test_a_tall_font_makes_its_row_higher() -> None:
    assert Tokens(Scheme.LIGHT, 1.0, font_height=24).height(SIZES.tree_row) == 32
    assert Tokens(Scheme.LIGHT, 1.0, caption_height=22).chip() == 26
    assert Tokens(Scheme.LIGHT, 2.0).icon(16) == 28
