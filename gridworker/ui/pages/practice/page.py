"""The practice tasks: what to try in the first quarter of an hour, with the keys, and what is done already."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.changes import Changes
from gridworker.models.practice_tasks import TASKS, done
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.page import PageFrame
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.labels import TextLabel
from gridworker.ui.widgets.lines_table import Line, LineColumn, LinesTable
from gridworker.wording import Wording


class PracticePage(PageFrame):
    """`page_wanted(key)` leads to where a task is done · `left` when Esc leads back. `acts` asks which kinds of act
    stand in the audit; `pages` are those that this desk has: what is done on another one is no task here."""

    page_wanted = Signal(str)
    left = Signal()

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        acts: Callable[[], frozenset[str]],
        pages: Collection[str],
    ) -> None:
        super().__init__(theme, wording, wording("practice.title"))
        self._tasks = tuple(task for task in TASKS if task.page in pages)
        self._ask = partial(background.run, acts, self._show, self.show_error, topic="practice", owner=self)
        self.table = LinesTable(theme, wording("practice.title"), _columns(wording))
        self.go_button = Button(theme, wording("practice.go"), "primary", key="↵")
        card = Card(theme, flush=True)
        card.body.addWidget(self.table)
        self.how = TextLabel(theme, "", wrap=True)
        self.how.setMinimumHeight(theme.height(SIZES.control))
        card.add_footer(self.how)
        self.table.chosen.connect(self._explain)
        self.body.addWidget(card, 1)
        self.add_control(self.go_button)
        self.go_button.clicked.connect(lambda: self._go(self.table.current_key()))
        self.table.opened.connect(self._go)
        self.table.left.connect(self.left)
        self.bind_keys({"Esc": self.left.emit})
        names = {"↵": "go", "Esc": "back"}
        self.set_hints([KeyHint(key, wording(f"practice.hint.{name}")) for key, name in names.items()])
        self._show(frozenset())

    def first_focus(self) -> QWidget:
        return self.table

    def page_shown(self) -> None:
        self._ask()

    def show_scope(self, _scope: Scope) -> None:
        """The tasks are the same everywhere."""

    def records_changed(self, _changes: Changes) -> None:
        if self.isVisible():
            self._ask()

    def _show(self, acts: frozenset[str]) -> None:
        finished = done(acts) & {task.key for task in self._tasks}
        say = self._wording
        self.set_scope_line([say("practice.done_of", done=len(finished), all=len(self._tasks))])
        lines = []
        for task in self._tasks:
            state = say("practice.done" if task.key in finished else "practice.open")
            cells = (say(f"practice.task.{task.key}"), say(f"practice.how.{task.key}"), state)
            lines.append(Line(task, cells, " ".join(cells), dim=task.key in finished))
        self.table.show_lines(lines)
        if self.table.current_key() is None:
            self.table.choose(next((at for at, line in enumerate(lines) if not line.dim), 0))

    def _explain(self, key: object) -> None:
        """How the chosen task is done, whole: its line may be too short for it."""
        task = next((task for task in self._tasks if task == key), None)
        self.how.setText(self._wording(f"practice.how.{task.key}") if task is not None else "")

    def _go(self, key: object) -> None:
        for task in self._tasks:
            if task == key:
                self.page_wanted.emit(task.page)


def _columns(wording: Wording) -> tuple[LineColumn, ...]:
    return (
        LineColumn(
            wording("practice.column.task"), max((wording(f"practice.task.{t.key}") for t in TASKS), key=len)
        ),
        LineColumn(wording("practice.column.how"), "", wide=True),
        LineColumn(wording("practice.column.state"), wording("practice.open")),
    )
