"""The one-minute visit form: outcome first, then what was said, what was answered, what comes next. It holds what is
typed and checks nothing; saving is the presenter's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from gridworker.models.visit import MODES, OUTCOMES
from gridworker.ui.pages.flow import FlowRow
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.visits.form_values import FormValues
from gridworker.ui.pages.visits.more_fields import MoreFields
from gridworker.ui.pages.visits.outcome_row import OutcomeRow
from gridworker.ui.pages.visits.said_demands import SaidDemands
from gridworker.ui.pages.visits.typed_fields import DayEdit, TimeEdit, fit_to_words
from gridworker.ui.pages.visits.visitor_choice import VisitorChoice
from gridworker.ui.pages.words import reason_words
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.fields import FieldRow, fit_control
from gridworker.ui.widgets.labels import IconLabel, KeyCap, TextLabel, row
from gridworker.wording import Wording

_MODES = MODES
_SAID_LINES = 3


class _ErrorLine(QWidget):
    """An error under a control that has no FieldRow of its own."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.words = TextLabel(theme, "", "caption", "late", wrap=True)
        icon = IconLabel(theme, "circle-alert", "late", SIZES.icon_small)
        line = row(icon, self.words, gap=SIZES.gap_1)
        line.setStretch(1, 1)
        line.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)
        self.hide()

    def say(self, text: str) -> None:
        self.words.setText(text)
        self.setVisible(bool(text))


class VisitFormFields(QScrollArea):
    """`changed` on every edit by the person. `show_values` replaces everything without telling."""

    changed = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self._quiet = False
        self.outcome = OutcomeRow(theme, wording)
        self.outcome_error = _ErrorLine(theme)
        self.details_error = _ErrorLine(theme)
        self.mode = QComboBox()
        self.day = DayEdit(wording, wording("visit.field.visited_on"))
        self.weekday = TextLabel(theme, "", "body", "text2")
        self.time = TimeEdit(wording, wording("visit.field.start_at"))
        self.visitor = VisitorChoice(theme, wording)
        self.more = MoreFields(theme, wording)
        self.demands = SaidDemands(theme, wording)
        self._make_texts()
        self._lay_out()
        self._connect()
        theme.changed.connect(self._restyle)
        self._restyle()

    def _make_texts(self) -> None:
        theme, wording = self._theme, self._wording
        self.said = GuardedText(
            theme,
            wording,
            wording("visit.field.said"),
            lines=_SAID_LINES,
            note=wording("visit.said_note"),
            key=KeyCap(theme, "Alt+S"),
        )
        self.site_button = Button(theme, wording("visit.add_site"), "quiet", icon="plus", small=True)
        self.demand_button = Button(
            theme, wording("visit.add_demand"), "quiet", icon="plus", key="Ctrl+D", small=True
        )
        more = QWidget()
        more.setLayout(row(self.demand_button, self.site_button, gap=SIZES.gap_1))
        self.answered = GuardedText(
            theme,
            wording,
            wording("visit.field.answered_text"),
            lines=0,
            note=wording("visit.answered_note"),
            key=more,
        )
        self.site = GuardedText(theme, wording, wording("visit.field.site_condition"), lines=2)
        self.next_step = GuardedText(theme, wording, wording("visit.field.next_step"), lines=0)
        self.next_day = DayEdit(wording, wording("visit.field.next_on"), ahead=True)
        self.next_row = FieldRow(theme, wording("visit.field.next_on"), self.next_day)
        self.said.grow()
        self._texts = (self.said, self.answered, self.site, self.next_step)

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setProperty("plain", "true")
        column = QVBoxLayout(inside)
        column.setContentsMargins(SIZES.panel_pad, SIZES.gap_3, SIZES.panel_pad, SIZES.gap_3)
        column.setSpacing(SIZES.gap_3)
        first = QVBoxLayout()
        first.setSpacing(SIZES.gap_1)
        first.addWidget(self._details())
        first.addWidget(self.details_error)
        first.addWidget(self.outcome)
        first.addWidget(self.outcome_error)
        column.addLayout(first)
        column.addWidget(self.said, 1)
        column.addWidget(self.demands)
        column.addWidget(self.answered)
        column.addWidget(self.site)
        column.addLayout(self._last())
        column.addWidget(self.more)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inside)
        self.setAccessibleName(self._wording("visit.form_name"))

    def _details(self) -> QWidget:
        """`结果 按数字键` at the left, how, when and who at the right; wraps where it is narrow."""
        theme, wording = self._theme, self._wording
        for mode in _MODES:
            self.mode.addItem(wording(f"visit.mode.{mode}"), mode)
        self.mode.setAccessibleName(wording("visit.field.mode"))
        flow = FlowRow()
        self._heading = QWidget()
        self._heading.setLayout(
            row(
                TextLabel(theme, wording("visit.field.outcome"), "body_bold", "text2"),
                TextLabel(theme, wording("visit.outcome_note"), "caption", "text2"),
                SIZES.gap_2,
            )
        )
        flow.add(self._heading)
        when = QWidget()
        when.setLayout(row(self.mode, self.day, self.weekday, self.time))
        flow.add(when)
        flow.add(self.visitor)
        return flow

    def _last(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SIZES.gap_3)
        grid.addWidget(self.next_step, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.next_row, 0, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _connect(self) -> None:
        self.outcome.chosen.connect(self._edited)
        self.mode.currentIndexChanged.connect(self._edited)
        self.day.textChanged.connect(self._edited)
        self.time.textChanged.connect(self._edited)
        self.next_day.textChanged.connect(self._edited)
        self.day.meant.connect(self.weekday.setText)
        self.next_day.meant.connect(self.next_row.set_note)
        for text in self._texts:
            text.changed.connect(self._edited)
            text.noticed.connect(self._share_mask_key)
        self.more.changed.connect(self._edited)
        self.demands.changed.connect(self._edited)
        self.visitor.changed.connect(self._edited)
        self.site_button.clicked.connect(self._open_site)
        self._bind("Alt+D", self._open_more)
        for at in range(len(OUTCOMES)):
            self._bind(str(at + 1), partial(self.outcome.choose, at))
        self._bind("Alt+S", self._to_said)
        self._bind("Alt+W", self.visitor.step)

    def _bind(self, key: str, act: object) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(act)

    def _to_said(self) -> None:
        self.said.take_focus()
        self.ensureWidgetVisible(self.said)

    def _open_more(self) -> None:
        self.more.unfold()
        QTimer.singleShot(0, self, lambda: self.ensureWidgetVisible(self.more))

    def _restyle(self) -> None:
        theme = self._theme
        fit_control(theme, self.mode, SIZES.control_small)
        self.visitor.fit()
        fit_to_words(theme, self.day, "2026-11-20")
        fit_to_words(theme, self.time, "09:20")
        for text in self._texts:
            fit_control(theme, text.edit)
        self._heading.setMinimumHeight(theme.height(SIZES.control_small))
        self.site.edit.setMaximumHeight(theme.metrics().lineSpacing() * 4)

    def _share_mask_key(self) -> None:
        asking = [text for text in self._texts if text.asks()]
        for text in self._texts:
            text.take_mask_key(bool(asking) and text is asking[0])

    def _open_site(self) -> None:
        self._show_site(True)
        self.site.take_focus()

    def _show_site(self, shown: bool) -> None:
        self.site.setVisible(shown)
        self.site_button.setVisible(not shown)

    def _edited(self) -> None:
        if not self._quiet:
            self.show_faults({})
            self.changed.emit()

    # What the page asks and tells

    def values(self) -> FormValues:
        """Everything as it stands now."""
        return FormValues(
            outcome=self.outcome.outcome(),
            mode=str(self.mode.currentData()),
            visited_on=self.day.text(),
            start_at=self.time.text(),
            said=self.said.text(),
            answered_text=self.answered.text(),
            site_condition=self.site.text(),
            next_step=self.next_step.text(),
            next_on=self.next_day.text(),
            visitors=self.visitor.visitors(),
            demands=self.demands.text(),
            **self.more.values(),
        )

    def show_values(self, values: FormValues, *, today: str) -> None:
        """Another household's form, or a draft taken up again."""
        self._quiet = True
        self.day.set_today(today)
        self.next_day.set_today(today)
        self.outcome.show_outcome(values.outcome)
        self.mode.setCurrentIndex(max(self.mode.findData(values.mode), 0))
        self.day.setText(values.visited_on)
        self.time.setText(values.start_at)
        self.said.set_text(values.said)
        self.answered.set_text(values.answered_text)
        self.site.set_text(values.site_condition)
        self.next_step.set_text(values.next_step)
        self.next_day.setText(values.next_on)
        self.more.show_values(values)
        self.demands.show_text(values.demands)
        self._show_site(bool(values.site_condition))
        self.show_faults({})
        self.verticalScrollBar().setValue(0)
        self._quiet = False

    def show_faults(self, found: Mapping[str, str]) -> bool:
        """Errors under their fields, the first one gets the keyboard. False if some field is not on the form."""
        places: dict[str, tuple[Callable[[str], None], Callable[[], None], QWidget]] = {
            "outcome": (self.outcome_error.say, self.outcome.take_focus, self.outcome),
            "visited_on": (self.details_error.say, self.day.setFocus, self.outcome),
            "start_at": (self.details_error.say, self.time.setFocus, self.outcome),
            "said": (self.said.show_error, self.said.take_focus, self.said),
            "answered_text": (self.answered.show_error, self.answered.take_focus, self.answered),
            "site_condition": (self.site.show_error, self.site.take_focus, self.site),
            "next_step": (self.next_step.show_error, self.next_step.take_focus, self.next_step),
            "next_on": (self.next_row.show_error, self.next_day.setFocus, self.next_row),
            "companions": (self.more.companions_row.show_error, self.more.companions.setFocus, self.more),
        }
        for tell, _, _ in places.values():
            tell("")
        for field in found:
            if field in places:
                places[field][0](self._fault_words(field, found[field]))
        first = next((places[field] for field in places if field in found), None)
        if first is not None:
            _, take_focus, part = first
            take_focus()
            # Once the error has its place in the layout.
            QTimer.singleShot(0, self, lambda: self.ensureWidgetVisible(part, 0, SIZES.gap_2))
        return set(found) <= set(places)

    def _fault_words(self, field: str, reason: str) -> str:
        own = f"visit.fault.{field}.{reason}"
        return self._wording(own) if self._wording.has(own) else reason_words(self._wording, reason)
