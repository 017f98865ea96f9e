"""The dialog in which a plan is put together: acts one by one, the day, the reason, and at every step the dry run that
names whom it concerns. Nothing changes before the last button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from gridworker.errors import FieldInvalid
from gridworker.models.tree_plan import Change
from gridworker.store.queries.organisation import NodeChoice, NodeDetail, StairChoice
from gridworker.store.queries.plans import DryRun
from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.organisation.presenter import Failed, Wish
from gridworker.ui.pages.organisation.reorganise_form import ReorganiseForm
from gridworker.ui.pages.organisation.words import effect_lines, effect_summary, fault_words, line_words
from gridworker.ui.pages.words import field_words, reason_words
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.fields import FieldRow
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.ui.widgets.lines_table import Line, LineColumn, LinesTable
from gridworker.wording import Wording

_WIDTH = 640
_WAIT_MS = 200
_EFFECTS_SHOWN = 4


@dataclass(frozen=True)
class Questions:
    """What the dialog asks; every answer comes later, through its second argument."""

    changes_of: Callable[[Wish, str, Callable[[tuple[Change, ...]], None], Failed], None]
    stairs: Callable[[bytes, Callable[[tuple[StairChoice, ...]], None], Failed], None]
    dry_run: Callable[[Sequence[Change], str, Callable[[DryRun], None], Failed], None]


class ReorganiseDialog(DialogFrame):
    """`asked(changes, day, reason)` when the person carries the plan out. `prepared` are changes it begins with."""

    asked = Signal(object, str, str)

    def __init__(
        self, theme: Theme, wording: Wording, detail: NodeDetail, choices: Sequence[NodeChoice],
        questions: Questions, parent: QWidget, *, prepared: Sequence[Change] = (), title: str = "",
    ) -> None:  # fmt: skip
        super().__init__(theme, title or wording("organisation.reorganise_title", name=detail.name), parent)
        self._wording, self._detail, self._questions = wording, detail, questions
        self._changes: list[tuple[Change, ...]] = [tuple(prepared)] if prepared else []
        self._may_add, self._run = not title, None  # type: bool, DryRun | None
        self.form = ReorganiseForm(theme, wording, detail, choices)
        self.add_button = Button(theme, wording("organisation.add_act"), icon="plus")
        self.drop_button = Button(theme, wording("organisation.drop_act"), icon="x")
        self.plan = TextLabel(theme, "", wrap=True)
        self.day = QLineEdit(detail.today)
        self.day_row = FieldRow(
            theme, wording("organisation.effective_on"), self.day, note=wording("organisation.day_note")
        )
        self.reason = GuardedText(theme, wording, wording("organisation.reason"), lines=0)
        self.summary = TextLabel(theme, "", "body_bold", wrap=True)
        self.effects = LinesTable(theme, wording("organisation.effects"), self._columns())
        self.failure = TextLabel(theme, "", "caption", "late", wrap=True)
        self.go_button = Button(theme, wording(self._go_key()), "primary", key="Ctrl+↵")
        self.cancel_button = Button(theme, wording("widgets.cancel"), key="Esc")
        self._build(parent)
        self._connect()
        self._try()

    def _go_key(self) -> str:
        return "organisation.carry_out" if self._detail.is_authority else "organisation.request"

    def _columns(self) -> tuple[LineColumn, ...]:
        say = self._wording
        return (
            LineColumn(say("organisation.column.who"), "锦苑一期 10栋 2单元 3302", wide=True),
            LineColumn(say("organisation.column.effect"), "1602 微网格 → 1603 微网格", wide=True),
        )

    def _build(self, parent: QWidget) -> None:
        room = parent.window().width() - 2 * SIZES.gap_6
        self.setFixedWidth(min(round(_WIDTH * self._theme.tokens.growth), max(room, _WIDTH)))
        self.effects.setFixedHeight(
            self._theme.height(SIZES.table_header) + _EFFECTS_SHOWN * self._theme.height(SIZES.table_row)
        )
        acts = QWidget()
        acts.setLayout(row(self.add_button, self.drop_button, None))
        effects = Card(self._theme, flush=True)
        effects.body.addWidget(self.effects)
        when = row(self.day_row, self.reason, gap=SIZES.gap_3)
        when.setStretch(1, 1)
        for part in (self.form, acts, self.plan):
            self.body.addWidget(part)
        self.body.addLayout(when)
        for part in (self.summary, effects, self.failure):
            self.body.addWidget(part)
        self.form.setVisible(self._may_add)
        acts.setVisible(self._may_add)
        self.failure.hide()
        self.add_acts(self.cancel_button, self.go_button)
        first = self.form.act if self._may_add else self.reason
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _connect(self) -> None:
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._try)
        self.day.textChanged.connect(lambda _: self._timer.start())
        self.form.stairs_wanted.connect(self._ask_stairs)
        self.form.act.currentIndexChanged.connect(lambda _: self.fit())
        self.reason.noticed.connect(self.fit)
        self.add_button.clicked.connect(self._add)
        self.drop_button.clicked.connect(self._drop)
        self.cancel_button.clicked.connect(self.reject)
        self.go_button.clicked.connect(self._go)
        self.bind_go(self._go)

    def changes(self) -> tuple[Change, ...]:
        return tuple(change for part in self._changes for change in part)

    def _ask_stairs(self) -> None:
        self._questions.stairs(self._detail.id, self.form.show_stairs, self.show_failure)

    # -- putting it together -------------------------------------------------------------------------------------

    def _add(self) -> None:
        for field in self.form.fields.values():
            field.show_error("")
        self.failure.hide()
        missing = self.form.missing()
        if missing:
            self.form.fields[missing].show_error(reason_words(self._wording, "required"))
            self.fit()
            return
        self._questions.changes_of(self.form.wish(), self.day.text().strip(), self._added, self.show_failure)

    def _added(self, changes: tuple[Change, ...]) -> None:
        if changes:
            self._changes.append(changes)
            self._try()
        else:
            self._say(self._wording("households.reason.nothing_changed"))

    def _drop(self) -> None:
        if self._changes:
            self._changes.pop()
            self._try()

    def _try(self) -> None:
        """The dry run of what is there now; nothing can be carried out before its answer."""
        self._run = None
        self.go_button.say_why_disabled(self._wording("organisation.not_tried"))
        self._questions.dry_run(self.changes(), self.day.text().strip(), self._tried, self.show_failure)

    def _tried(self, run: DryRun) -> None:
        wording = self._wording
        self._run = run
        self.drop_button.setEnabled(bool(self._changes))
        words = "\n".join(f"{n}. {line_words(line, wording)}" for n, line in enumerate(run.lines, 1))
        self.plan.setText(words or wording("organisation.plan_empty"))
        self.effects.show_lines(
            [Line(at, pair, f"{pair[0]}，{pair[1]}") for at, pair in enumerate(effect_lines(run, wording))]
        )
        self.summary.set_colour("late" if run.fault else "text")
        self.summary.setText(
            wording("organisation.fault", reason=fault_words(run.fault, run.fault_name, wording))
            if run.fault
            else effect_summary(run, wording)
        )
        blocked = (
            "organisation.fault_short"
            if run.fault
            else ""
            if self._changes or not self._may_add
            else "organisation.plan_empty_short"
        )
        self.go_button.say_why_disabled(wording(blocked) if blocked else None)
        self.fit()

    # -- carrying it out -----------------------------------------------------------------------------------------

    def _go(self) -> None:
        if self._run is None or self._run.fault or not self.go_button.isEnabled():
            return
        if self.reason.holds_identity_number():
            self.reason.show_error(reason_words(self._wording, "identity_number"))
            self.fit()
            return
        self.go_button.setEnabled(False)
        self.asked.emit(self.changes(), self.day.text().strip(), self.reason.text())

    def show_failure(self, error: Exception) -> None:
        """Why it could not be tried or carried out. Nothing typed is lost."""
        self.go_button.setEnabled(self._run is not None and not self._run.fault)
        words = field_words(self._wording, error)
        values = error.values if isinstance(error, FieldInvalid) else {}
        field = self.form.fields.get(str(values.get("field")))
        if field is None:
            self._say(words)
            return
        field.show_error("：".join(part for part in (str(values.get("record") or ""), words) if part))
        self.fit()

    def _say(self, text: str) -> None:
        self.failure.setText(text)
        self.failure.show()
        self.fit()
