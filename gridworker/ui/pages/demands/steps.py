"""现在可以做: the legal next steps of a demand as numbered buttons; the rest in a menu that says why not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QMenu, QVBoxLayout, QWidget

from gridworker.services.demands import NextStep
from gridworker.ui.pages.demands.words import STEP_ICONS, asks, event_word, ordered
from gridworker.ui.pages.words import DOT, reason_words
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.wording import Wording

#: So many stand as buttons; digits reach nine of them.
_BUTTONS, _NUMBERED = 4, 9
#: Why it is not offered to this account at all: said once for all of them.
_NOT_MINE = "event_not_yours"


class StepButtons(QWidget):
    """`wanted(NextStep)`: the person chose a step that is possible."""

    wanted = Signal(object)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self._state = ""
        self.steps: tuple[NextStep, ...] = ()
        self.closed: tuple[NextStep, ...] = ()
        self.buttons: list[Button] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(SIZES.gap_2)
        self.more_button = Button(
            theme, wording("demands.more"), "quiet", icon="ellipsis", key="M", small=True
        )
        self.more_button.clicked.connect(self.open_more)
        self.why = TextLabel(theme, "", "caption", "text2", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(SIZES.panel_pad, SIZES.gap_2, SIZES.panel_pad, SIZES.gap_2)
        column.setSpacing(SIZES.gap_2)
        heading = TextLabel(theme, wording("demands.now_possible"), "body_bold", "text2")
        column.addLayout(row(heading, None, self.more_button))
        column.addLayout(self._grid)
        column.addWidget(self.why)
        self.setAccessibleName(wording("demands.now_possible"))

    def show_steps(self, steps: Sequence[NextStep], state: str) -> None:
        """The steps of the demand that is shown now."""
        self._state = state
        self.steps, self.closed = ordered(tuple(steps))
        had_keyboard = self.window().focusWidget() in self.buttons
        for button in self.buttons:
            self._grid.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(at, step) for at, step in enumerate(self.steps[:_BUTTONS])]
        for at, button in enumerate(self.buttons):
            self._grid.addWidget(button, at // 2, at % 2)
        if had_keyboard:  # it must not be lost with the button that was pressed
            (self.buttons or [self.more_button])[0].setFocus(Qt.FocusReason.OtherFocusReason)
        self.more_button.setVisible(len(self.steps) > _BUTTONS or bool(self.closed))
        self.why.setText(self._why())
        self.why.setVisible(bool(self.why.text()))

    def _button(self, at: int, step: NextStep) -> Button:
        kind = "primary" if at == 0 else "plain"
        icon = STEP_ICONS.get(step.event)
        made = Button(self._theme, self.words(step), kind, icon=icon, key=str(at + 1))
        made.clicked.connect(lambda: self.wanted.emit(step))
        return made

    def words(self, step: NextStep) -> str:
        """The word of a step, with … where a box follows."""
        word = event_word(self._wording, step.event, step.back)
        return f"{word}…" if asks(step, self._state) else word

    def _why(self) -> str:
        """Why the next thing that one would expect cannot be done; who does what is not ours is in the menu."""
        wording = self._wording
        if not self.steps:
            return wording("demands.nothing_possible")
        said = [
            wording(
                "demands.why_not",
                step=event_word(wording, step.event),
                why=reason_words(wording, step.reason),
            )
            for step in self.closed
            if step.event in ("handle", "reply", "revisit", "close") and step.reason != _NOT_MINE
        ]
        return "\n".join(said)

    def choose(self, number: int) -> None:
        """Take the step with this digit, 1 to 9."""
        if 0 < number <= min(len(self.steps), _NUMBERED):
            self.wanted.emit(self.steps[number - 1])

    def menu(self) -> QMenu:
        """Every legal step with its digit; those that are not possible now are shut and say why."""
        menu = QMenu(self)
        for at, step in enumerate(self.steps):
            key = f"\t{at + 1}" if at < _NUMBERED else ""
            action = menu.addAction(f"{self.words(step)}{key}")
            action.setIcon(self._theme.icon(STEP_ICONS.get(step.event, "ellipsis"), "text"))
            action.triggered.connect(lambda _=False, chosen=step: self.wanted.emit(chosen))
        if self.closed:
            menu.addSeparator()
        for step in self.closed:
            words = DOT.join((self.words(step), reason_words(self._wording, step.reason)))
            menu.addAction(words).setEnabled(False)
        return menu

    def open_more(self) -> None:
        if self.isVisible() and (self.steps or self.closed):
            self.menu().popup(self.more_button.mapToGlobal(self.more_button.rect().bottomLeft()))
