"""The residents in the side panel, each with the menu of what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from gridworker.store.rows import ResidentRow
from gridworker.ui.pages.words import DOT, code_word
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import IconButton
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.wording import Wording

FillMenu = Callable[[QMenu, ResidentRow], None]


class _Line(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.label = TextLabel(theme, "", wrap=True)
        self.button = IconButton(theme, "ellipsis", "")
        line = row(self.label, self.button)
        line.setStretch(0, 1)
        line.setAlignment(self.button, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)


class PeopleList(QWidget):
    """Lines are made once and filled again for every household. `fill` puts the acts into a resident's menu."""

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.fill: FillMenu | None = None
        self.lines: list[_Line] = []
        self._people: Sequence[ResidentRow] = ()
        self._nobody = TextLabel(theme, "—")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SIZES.gap_1)
        self._column.addWidget(self._nobody)

    def show_people(self, people: Sequence[ResidentRow]) -> None:
        self._people = people
        while len(self.lines) < len(people):
            line = _Line(self._theme)
            line.button.clicked.connect(partial(self._open, len(self.lines)))
            self.lines.append(line)
            self._column.addWidget(line)
        for at, line in enumerate(self.lines):
            line.setVisible(at < len(people))
            if at < len(people):
                line.label.setText(self._words(people[at]))
                line.button.setAccessibleName(self._wording("homes.person.menu", name=people[at].name))
        self._nobody.setVisible(not people)

    def menu_of(self, at: int) -> QMenu:
        """The menu of the resident at a place."""
        menu = QMenu(self)
        if self.fill is not None:
            self.fill(menu, self._people[at])
        return menu

    def _open(self, at: int, _checked: bool = False) -> None:
        button = self.lines[at].button
        self.menu_of(at).popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _words(self, person: ResidentRow) -> str:
        wording = self._wording
        facts = (
            " ".join(part for part in (person.name, person.salutation) if part),
            code_word(wording, "households.residence", person.residence),
            wording("households.is_contact") if person.is_contact else (person.phone or ""),
        )
        return DOT.join(fact for fact in facts if fact)
