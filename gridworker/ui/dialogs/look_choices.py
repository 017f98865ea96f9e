"""The three choices about the look, used on the first-run page and in the settings: language, text size, appearance."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from gridworker.ui.theme import APPEARANCES, Theme
from gridworker.ui.tokens import SIZES, TEXT_SIZES
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

LANGUAGE_NAMES = (("zh_CN", "中文"), ("en", "English"))


class LookChoices(QWidget):
    """Text size and appearance take effect at once on the theme; each choice is also told for the settings:
    `chosen(name, value)` with the names of `Settings`."""

    chosen = Signal(str, object)

    def __init__(self, theme: Theme, wording: Wording, *, stacked: bool = False) -> None:
        super().__init__()
        self._theme = theme
        self.language = Segment(theme, LANGUAGE_NAMES, name=wording("settings.language"))
        sizes = [(str(size), f"{size} %" if size == TEXT_SIZES[-1] else str(size)) for size in TEXT_SIZES]
        self.text_size = Segment(theme, sizes, name=wording("settings.text_size"))
        looks = [(key, wording(f"settings.appearances.{key}")) for key in APPEARANCES]
        self.appearance = Segment(theme, looks, name=wording("settings.appearance"))
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._labels: list[TextLabel] = []
        for segment in (self.language, self.text_size, self.appearance):
            label = TextLabel(theme, segment.accessibleName(), "body", "text2")
            self._labels.append(label)
            self._layout.addLayout(row(label, segment, None))
        self.language.choose(wording.language)
        self.text_size.choose(str(theme.text_size))
        self.appearance.choose(theme.appearance)
        self.language.chosen.connect(lambda key: self.chosen.emit("language", key))
        self.text_size.chosen.connect(self._choose_size)
        self.appearance.chosen.connect(self._choose_look)
        self.set_stacked(stacked)

    def set_stacked(self, stacked: bool) -> None:
        """One below the other with the labels in a column, or all in one line."""
        top_down = QBoxLayout.Direction.TopToBottom
        self._layout.setDirection(top_down if stacked else QBoxLayout.Direction.LeftToRight)
        self._layout.setSpacing(SIZES.gap_3 if stacked else SIZES.gap_6)
        widest = max(label.fontMetrics().horizontalAdvance(label.text()) for label in self._labels)
        for label in self._labels:
            label.setMinimumWidth(widest + SIZES.gap_2 if stacked else 0)

    def _choose_size(self, key: str) -> None:
        self._theme.choose(text_size=int(key))
        self.chosen.emit("text_size", int(key))

    def _choose_look(self, key: str) -> None:
        self._theme.choose(appearance=key)
        self.chosen.emit("appearance", key)
