"""The places page: shops or public spots as a list with a side panel. Widgets only; what happens is the presenter's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from gridworker.services.acts import Done
from gridworker.store.queries.shops import PlaceDetail, PlaceRow, place_as_row
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.places.panel import PlacePanel, kind_word
from gridworker.ui.pages.places.place_dialog import PlaceDialog
from gridworker.ui.pages.places.presenter import Places, PlacesPresenter
from gridworker.ui.pages.records_page import RecordsPage
from gridworker.ui.pages.undoing import offer_undo
from gridworker.ui.pages.words import DOT, plan_shown, scope_facts, short_day
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.lines_table import Line, LineColumn, LinesTable
from gridworker.ui.widgets.search_field import SearchField
from gridworker.wording import Wording

_TYPING_MS = 150
_FILTER_PX = 232
_COLUMNS = (("name", "演示·安和便利店", True), ("at", "锦苑一期 10-2 沿街 60 号", False), ("kind", "生活服务", False),
            ("contact", "演示·欧阳小明", False), ("last_met", "2026-12-30", False),
            ("plan", "　　已访 12-30", False))  # fmt: skip
_KEYS = (("↵", "visit"), ("F2", "edit"), ("Ctrl+Shift+N", "new"), ("Ctrl+F", "find"), ("Esc", "close"))


class PlacesPage(RecordsPage):
    """`visit_wanted(place_id)`, `changed(Changes)`. The window tells it `show_scope` and `records_changed`."""

    presenter: PlacesPresenter

    visit_wanted = Signal(bytes)
    changed = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, background: Background, source: Places) -> None:
        super().__init__(theme, wording, wording("households.title"))
        self._source = source
        self.presenter = PlacesPresenter(source, partial(background.run, owner=self), self)
        self.dialog: PlaceDialog | None = None
        self._rows: dict[object, PlaceRow] = {}
        columns = [LineColumn(wording(f"places.column.{key}"), usual, wide) for key, usual, wide in _COLUMNS]
        self.table = LinesTable(theme, wording("places.table_name"), columns)
        self.panel = PlacePanel(theme, wording)
        clear = wording("widgets.clear")
        self.filter = SearchField(
            theme, wording("places.find"), clear=clear, icon="list-filter", key="Ctrl+F"
        )
        self.new_button = Button(theme, wording("places.new"), icon="plus", key="Ctrl+Shift+N")
        self.nothing = EmptyState(theme, "store", wording("places.empty"))
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._fill()
        self._connect()
        self._lay_out()

    def _fill(self) -> None:
        self.add_control(self.filter)
        self.add_control(self.new_button)
        table, empty = Card(self._theme, flush=True), Card(self._theme)
        table.body.addWidget(self.table)
        empty.body.addWidget(self.nothing)
        self._left = QStackedWidget()
        self._left.addWidget(table)
        self._left.addWidget(empty)
        columns = QHBoxLayout()
        columns.setSpacing(SIZES.gap_3)
        columns.addWidget(self._left, 1)
        columns.addWidget(self.panel)
        self.body.addLayout(columns, 1)
        self.panel.hide()
        self.set_hints([KeyHint(key, self._wording(f"places.hint.{name}")) for key, name in _KEYS])

    def _connect(self) -> None:
        self.filter.textChanged.connect(lambda _: self._typing.start())
        self._typing.timeout.connect(lambda: self.presenter.find(self.filter.text()))
        self.table.chosen.connect(lambda key: self.presenter.choose(key) if key else None)
        self.table.opened.connect(lambda _: self._visit())
        self.table.left.connect(self._close)
        self.panel.visit_asked.connect(self._visit)
        self.panel.edit_asked.connect(self._edit)
        self.panel.delete_asked.connect(self._delete)
        self.panel.closed.connect(self._close)
        self.new_button.clicked.connect(self._new)
        self.narrow_changed.connect(lambda _: self._lay_out())
        self._theme.changed.connect(self._lay_out)
        keys = {"Ctrl+N": self._visit, "F2": self._edit, "Ctrl+Shift+N": self._new, "Ctrl+F": self._to_filter}
        self.bind_keys({**keys, "Esc": self._close})

    # What the window tells

    def show_target(self, target: str) -> None:
        """SHOP or SPOT."""
        self.presenter.show_target(target)

    def open_place(self, record: bytes) -> None:
        """Show one of what the page lists now, whatever the filter was."""
        self.filter.clear()
        self._typing.stop()
        self.presenter.find("")
        self.presenter.choose(record)

    def show_scope(self, scope: Scope) -> None:
        self.presenter.show_scope(scope)
        self._show_scope_line(0)

    def first_focus(self) -> QWidget | None:
        return self.table

    # What the presenter tells

    def show_rows(self, rows: Sequence[PlaceRow]) -> None:
        today = self._source.today()
        self._rows = {row.id: row for row in rows}
        self.table.show_lines([self._line(place, today) for place in rows], self.presenter.open)
        self._left.setCurrentIndex(0 if rows else 1)
        self._show_scope_line(len(rows))

    def _line(self, place: PlaceRow, today: str) -> Line:
        wording, is_open = self._wording, place.status == "open"
        shown = plan_shown(place_as_row(place), wording, today)
        state = shown.word if is_open else wording(f"places.status.{place.status}")
        where = " ".join(part for part in (place.estate, place.at, place.front) if part)
        cells = (
            place.name,
            where,
            kind_word(place, wording),
            place.contact,
            short_day(place.last_met_on, today),
            state,
        )
        looks = (*(None for _ in cells[1:]), shown.look if is_open else None)
        spoken = DOT.join(part for part in cells if part)
        return Line(place.id, cells, spoken, dim=not is_open, looks=looks)

    def show_detail(self, detail: PlaceDetail | None) -> None:
        if detail is not None:
            self.panel.show_detail(detail, self._source.today())
        self.panel.setVisible(detail is not None)
        self._lay_out()

    def told(self, words: str, done: Done) -> None:
        if done.changes:
            offer_undo(self, self._wording, words, done)
            self.changed.emit(done.changes)

    # What the person does

    def _here(self) -> PlaceRow | None:
        """The place in the panel; after Esc the one on which the keys still rest."""
        detail = self.panel.detail
        if detail is not None and self.presenter.open == detail.row.id:
            return detail.row
        return self._rows.get(self.table.current_key())

    def _visit(self) -> None:
        place = self._here()
        if place is not None and place.status == "open":
            self.visit_wanted.emit(place.id)

    def _new(self) -> None:
        self._with_units(None, None)

    def _edit(self) -> None:
        row = self._here()
        if row is None:
            return
        self.presenter.run(
            lambda: self._source.seen(row.target, row.id),
            lambda seen: self._with_units(row, seen),
            self.show_error,
            topic="places.seen",
        )

    def _with_units(self, row: PlaceRow | None, seen: Mapping[str, object] | None) -> None:
        scope = self.presenter.scope
        if scope is not None:
            self.presenter.run(
                lambda: self._source.units(scope),
                lambda units: self._open_dialog(row, seen, units),
                self.show_error,
                topic="places.units",
            )

    def _open_dialog(self, row: PlaceRow | None, seen: object, units: object) -> None:
        wording, target = self._wording, self.presenter.target
        dialog = PlaceDialog(self._theme, wording, target, seen, units, self)  # type: ignore[arg-type]
        words = wording("places.saved")

        def save(values: dict[str, object]) -> None:
            if row is None:
                self.presenter.add(values, words, dialog.accept, dialog.show_failure)  # type: ignore[arg-type]
            else:
                edit = self.presenter.edit
                edit(row, seen, values, words, dialog.accept, dialog.show_failure)  # type: ignore[arg-type]

        dialog.asked.connect(save)
        self.dialog = dialog
        dialog.open()

    def _delete(self) -> None:
        if self.panel.detail is not None:
            row = self.panel.detail.row
            self.presenter.remove(row, self._wording("places.deleted", name=row.name))

    def _to_filter(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def _close(self) -> None:
        self.presenter.close()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # How it is laid out

    def _show_scope_line(self, count: int) -> None:
        if self.presenter.scope is not None:
            words = self._wording(f"places.{self.presenter.target}.count", count=count)
            self.set_scope_line((*scope_facts(self.presenter.scope, narrow=self.is_narrow), words))

    def _lay_out(self) -> None:
        """In a narrow page the panel covers the list."""
        self.filter.setFixedWidth(round(_FILTER_PX * self._theme.tokens.growth))
        self.panel.fit_width(self.is_narrow)
        self._left.setVisible(not self.is_narrow or self.panel.isHidden())
