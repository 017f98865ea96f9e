"""The page of what a community may set itself: sources, categories and conflict pairs of demands, time limits, holidays
and the rules of meetings. Widgets only; what happens is the presenter's."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.changes import Changes
from gridworker.complaints import complaint
from gridworker.models.demand import LIMIT_UNITS
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.page import PageFrame
from gridworker.ui.pages.ask_form import AskForm, Part
from gridworker.ui.pages.catalogues.presenter import CataloguesPresenter
from gridworker.ui.pages.catalogues.source import HOLIDAYS, KINDS, LIMITS, RULES, CataloguesSource, Entry
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.lines_table import Line, LineColumn, LinesTable
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording


class CataloguesPage(PageFrame):
    """`changed(Changes)` after something was saved · `left` when Esc leads back."""

    changed = Signal(object)
    left = Signal()

    def __init__(
        self, theme: Theme, wording: Wording, background: Background, source: CataloguesSource
    ) -> None:
        super().__init__(theme, wording, wording("catalogues.title"))
        self._entries: dict[str, Entry] = {}
        self.form: AskForm | None = None
        kinds = [(kind, wording(f"catalogues.kind.{kind}")) for kind in KINDS]
        self.switch = Segment(theme, kinds, name=wording("catalogues.title"), small=True)
        self.add_button = Button(theme, wording("catalogues.add"), icon="plus", key="Ctrl+N")
        self.edit_button = Button(theme, wording("catalogues.edit"), "primary", icon="pencil-line", key="F2")
        self.table = LinesTable(theme, wording("catalogues.title"), _columns(wording))
        self.presenter = CataloguesPresenter(source, partial(background.run, owner=self), self)
        self._fill()

    def _fill(self) -> None:
        for button in (self.add_button, self.edit_button):
            self.add_control(button)
        self.body.addWidget(self.switch)
        listed = Card(self._theme, flush=True)
        listed.body.addWidget(self.table)
        self.body.addWidget(listed, 1)
        self.switch.choose(KINDS[0])
        self.switch.chosen.connect(self.presenter.show)
        self.table.opened.connect(lambda _: self._edit())
        self.table.left.connect(self.left)
        self.add_button.clicked.connect(self._add)
        self.edit_button.clicked.connect(self._edit)
        self.bind_keys({"F2": self._edit, "Ctrl+N": self._add, "Esc": self.left.emit})
        names = {"↑ ↓": "choose", "F2": "edit", "Ctrl+N": "add", "Esc": "back"}
        self.set_hints([KeyHint(key, self._wording(f"catalogues.hint.{n}")) for key, n in names.items()])

    # -- what the window tells -------------------------------------------------------------------------------------

    def first_focus(self) -> QWidget:
        return self.table

    def page_shown(self) -> None:
        self.presenter.read()

    def show_scope(self, _scope: Scope) -> None:
        """What holds for the whole community does not depend on the selected node."""

    def records_changed(self, _changes: Changes) -> None:
        if self.isVisible():
            self.presenter.read()

    # -- what the presenter tells ----------------------------------------------------------------------------------

    def show_entries(self, entries: tuple[Entry, ...], *, may_change: bool) -> None:
        self._entries = {one.code: one for one in entries}
        self.set_scope_line([self._wording(f"catalogues.about.{self.presenter.kind}")])
        self.table.show_lines([self._line(one) for one in entries])
        why = None if may_change else self._wording("catalogues.not_yours")
        self.edit_button.say_why_disabled(why)
        fixed = self.presenter.kind in (LIMITS, RULES)
        self.add_button.say_why_disabled(why or (self._wording("catalogues.fixed") if fixed else None))

    def tell_saved(self, changes: Changes) -> None:
        self.undo_bar.tell(self._wording("catalogues.saved"))
        self.changed.emit(changes)

    def show_error(self, error: Exception) -> None:
        said = complaint(error, self._wording)
        self.undo_bar.tell_error(f"{said.what} {said.next}", said.code)

    # -- what the person does --------------------------------------------------------------------------------------

    def _add(self) -> None:
        if self.add_button.isEnabled():
            self._open("", self._wording("catalogues.add"))

    def _edit(self) -> None:
        code = self.table.current_key()
        if self.edit_button.isEnabled() and isinstance(code, str) and code in self._entries:
            self._open(code, self._name(self._entries[code]))

    def _open(self, code: str, title: str) -> None:
        form = AskForm(
            self._theme, self._wording, title, self._wording("catalogues.save"), self._parts(code), self
        )
        form.asked.connect(lambda values: self.presenter.keep(code, values, form.accept, form.show_failure))
        self.form = form
        form.open()

    def _parts(self, code: str) -> list[Part]:
        """What the form of an entry asks for."""
        say, kind = self._wording, self.presenter.kind
        entry = self._entries.get(code)
        seen = dict(entry.values) if entry else {}
        if kind == LIMITS:
            units = [(unit, say(f"choices.demand_limit.limit_unit.{unit}")) for unit in LIMIT_UNITS]
            return [
                Part("number", say("errors.field.limit_number"), value=str(seen["number"]), plain=True),
                Part("unit", say("errors.field.limit_unit"), choices=units, value=seen["unit"]),
            ]
        if kind == RULES:
            return [Part("number", self._name(entry), value=str(seen["number"]), plain=True)] if entry else []
        if kind == HOLIDAYS:
            note = say("catalogues.days_note")
            year = [] if code else [Part("year", say("errors.field.year"), plain=True)]
            days = {name: seen.get(name) for name in ("off", "work")}
            return year + [
                Part(name, say(f"errors.field.{name}"), lines=3, value=value, note=note)
                for name, value in days.items()
            ]
        name = Part("name", say("errors.field.name"), value=self._name(entry) if entry else "", plain=True)
        if entry is None:
            return [name]
        choices = [(1, say("catalogues.offered")), (0, say("catalogues.not_offered"))]
        return [name, Part("offered", say("catalogues.use"), choices=choices, value=int(entry.offered))]

    # -- words -----------------------------------------------------------------------------------------------------

    def _name(self, entry: Entry) -> str:
        say, kind = self._wording, self.presenter.kind
        if kind == LIMITS:
            return say(f"choices.demand_limit.urgency.{entry.code}")
        if kind == RULES:
            return say(f"choices.meeting_rule.code.{entry.code}")
        if kind == HOLIDAYS:
            return entry.code
        return str(entry.values["name"] or "") or say(f"catalogue.{kind}.{entry.code}")

    def _line(self, entry: Entry) -> Line:
        cells = (self._name(entry), self._note(entry))
        return Line(entry.code, cells, " ".join(filter(None, cells)), dim=not entry.offered)

    def _note(self, entry: Entry) -> str:
        say, kind, values = self._wording, self.presenter.kind, entry.values
        if kind == LIMITS:
            unit = say(f"choices.demand_limit.limit_unit.{values['unit']!s}")
            return f"{values['number']!s} {unit}"
        if kind == RULES:
            return str(values["number"])
        if kind == HOLIDAYS:
            counted = {name: len([d for d in str(values[name]).split(", ") if d]) for name in ("off", "work")}
            return say("catalogues.days", **counted)
        return (
            say("catalogues.not_offered") if not entry.offered else say("catalogues.own") if entry.own else ""
        )


def _columns(wording: Wording) -> tuple[LineColumn, ...]:
    name = LineColumn(wording("catalogues.column.name"), "居民与物业的矛盾", wide=True)
    return (name, LineColumn(wording("catalogues.column.note"), wording("catalogues.days", off=33, work=6)))
