"""Theme, icons and fonts: what a change of scheme or text size does to the application."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFontDatabase, QPalette, QStyleHints
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from gridworker.ui import fonts
from gridworker.ui.icons import IconSet
from gridworker.ui.states import STATES
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import COLOURS, SIZES, Scheme
from gridworker.ui.tree.tree_node import NODE_ICONS


def test_switching_the_scheme_changes_the_palette_and_is_told(theme: Theme, qtbot: QtBot) -> None:
    window, gone = QWidget(), QWidget()
    qtbot.addWidget(window)
    theme.dress(gone)
    theme.dress(window)
    gone.deleteLater()
    QApplication.sendPostedEvents(gone, QEvent.Type.DeferredDelete)
    with qtbot.waitSignal(theme.changed):
        theme.choose(appearance="dark")
    palette = QApplication.palette()
    assert palette.color(QPalette.ColorRole.Window).name().upper() == COLOURS[Scheme.DARK].window
    assert theme.colour("late.tint").name().upper() == COLOURS[Scheme.DARK].late.tint
    assert COLOURS[Scheme.DARK].surface in window.styleSheet()


@pytest.mark.parametrize("group", [QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive])
def test_selection_looks_the_same_when_the_window_is_inactive(
    theme: Theme, group: QPalette.ColorGroup
) -> None:
    palette = QApplication.palette()
    assert palette.color(group, QPalette.ColorRole.Highlight) == theme.colour("sel")
    assert palette.color(group, QPalette.ColorRole.HighlightedText) == theme.colour("text")


def test_the_same_choice_again_is_not_told(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(theme.changed):
        theme.choose(appearance="light", text_size=100)


def test_text_size_multiplies_points_and_grows_heights(theme: Theme) -> None:
    before = theme.height(SIZES.table_row)
    theme.choose(text_size=200)
    assert theme.font("body").pointSizeF() == pytest.approx(21.0)
    assert theme.font("caption").pointSizeF() == pytest.approx(20.0)
    assert theme.height(SIZES.table_row) > 1.5 * before


def test_following_the_system_takes_its_scheme(
    theme: Theme, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    theme.choose(appearance="system")
    assert theme.tokens.colours == COLOURS[Scheme.LIGHT]
    monkeypatch.setattr(QStyleHints, "colorScheme", lambda hints: Qt.ColorScheme.Dark)
    with qtbot.waitSignal(theme.changed):
        QApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.tokens.colours == COLOURS[Scheme.DARK]
    theme.choose(appearance="light")
    with qtbot.assertNotEmitted(theme.changed):
        QApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)


@pytest.mark.parametrize("choice", [{"appearance": "pink"}, {"text_size": 110}])
def test_what_is_not_on_offer_is_refused(theme: Theme, choice: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="is not one of"):
        theme.choose(**choice)  # type: ignore[arg-type]


def test_without_a_chinese_font_the_reason_is_said(theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    fonts.require_chinese_font()
    monkeypatch.setattr(QFontDatabase, "families", lambda *args: [])
    with pytest.raises(fonts.ChineseFontMissing, match="fonts-wqy-microhei"):
        fonts.require_chinese_font()


def test_an_icon_is_drawn_in_the_colour_asked_for(theme: Theme) -> None:
    red = theme.colour("late")
    image = theme.icons.pixmap("check", 32, red, 2.0).toImage()
    assert image.width() == 64
    pixels = [image.pixelColor(x, y) for x in range(64) for y in range(64)]
    inks = {pixel.name() for pixel in pixels if pixel.alpha() == 255}
    assert inks == {red.name()}


def test_icons_are_cached_and_survive_their_makers(theme: Theme) -> None:
    first = theme.icons.pixmap("check", 16, theme.colour("text"))
    assert theme.icons.pixmap("check", 16, theme.colour("text")).cacheKey() == first.cacheKey()
    edit = QLineEdit()
    edit.addAction(theme.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
    assert not edit.grab().isNull()


def test_an_icon_that_is_not_shipped_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        IconSet(tmp_path).icon("nothing", QColor())


def test_every_state_and_node_has_its_icon(theme: Theme) -> None:
    names = {state.icon for states in STATES.values() for state in states.values()} | set(NODE_ICONS.values())
    for name in names:
        assert not theme.icon(name).isNull()


def test_a_check_box_can_be_seen_on_black(theme: Theme, qtbot: QtBot) -> None:
    theme.choose(appearance="contrast")
    box = QCheckBox("")
    qtbot.addWidget(box)
    box.resize(24, 24)
    image = box.grab().toImage()
    bright = sum(image.pixelColor(x, y).lightness() > 200 for x in range(24) for y in range(24))
    assert bright > 20
