"""联户: which households a member keeps in touch with. A list to tick, with a filter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from gridworker.store.queries.links import LinkChoice
from gridworker.store.queries.organisation import MemberRow
from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.pages.words import DOT, field_words
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.labels import TextLabel
from gridworker.ui.widgets.search_field import SearchField
from gridworker.wording import Wording

_SHOWN = 10
_ID = Qt.ItemDataRole.UserRole


class LinkDialog(DialogFrame):
    """`asked(link, unlink)`: the households ticked newly and those no longer ticked."""

    asked = Signal(object, object)

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        member: MemberRow,
        choices: Sequence[LinkChoice],
        parent: QWidget,
    ) -> None:
        super().__init__(theme, wording("organisation.link_title", name=member.name), parent)
        self._wording, self._choices = wording, tuple(choices)
        self.filter = SearchField(
            theme, wording("organisation.link_filter"), clear=wording("widgets.clear"), icon="list-filter"
        )
        self.homes = QListWidget()
        self.count = TextLabel(theme, "", "body", "text2")
        self.failure = TextLabel(theme, "", "caption", "late", wrap=True)
        self.go_button = Button(theme, wording("organisation.save"), "primary", key="Ctrl+↵")
        self.cancel_button = Button(theme, wording("widgets.cancel"), key="Esc")
        self._build()
        self._fill()

    def _build(self) -> None:
        card = Card(self._theme, flush=True)
        card.body.addWidget(self.homes)
        self.homes.setFixedHeight(_SHOWN * self._theme.height(SIZES.tree_row))
        self.homes.setAccessibleName(self._wording("organisation.link_list"))
        for part in (self.filter, card, self.count, self.failure):
            self.body.addWidget(part)
        self.failure.hide()
        self.add_acts(self.cancel_button, self.go_button)
        self.filter.textChanged.connect(self._filter)
        self.homes.itemChanged.connect(lambda _: self._show_count())
        self.cancel_button.clicked.connect(self.reject)
        self.go_button.clicked.connect(self._go)
        self.bind_go(self._go)
        self.filter.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fill(self) -> None:
        self.homes.blockSignals(True)
        for choice in self._choices:
            facts = [choice.address, choice.contact]
            if choice.others:
                facts.append(self._wording("organisation.link_others", names="、".join(choice.others)))
            item = QListWidgetItem(DOT.join(fact for fact in facts if fact))
            item.setData(_ID, choice.id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if choice.linked else Qt.CheckState.Unchecked)
            item.setSizeHint(QSize(0, self._theme.height(SIZES.tree_row)))
            self.homes.addItem(item)
        self.homes.blockSignals(False)
        self._show_count()

    def _filter(self, text: str) -> None:
        wanted = text.strip().casefold()
        for place in range(self.homes.count()):
            item = self.homes.item(place)
            item.setHidden(wanted not in item.text().casefold())

    def chosen(self) -> frozenset[bytes]:
        """The households that are ticked."""
        items = map(self.homes.item, range(self.homes.count()))
        return frozenset(bytes(i.data(_ID)) for i in items if i.checkState() is Qt.CheckState.Checked)

    def _show_count(self) -> None:
        self.count.setText(self._wording("organisation.link_count", count=len(self.chosen())))

    def _go(self) -> None:
        before, now = frozenset(c.id for c in self._choices if c.linked), self.chosen()
        self.go_button.setEnabled(False)
        self.asked.emit(sorted(now - before), sorted(before - now))

    def show_failure(self, error: Exception) -> None:
        """What could not be saved. Nothing ticked is lost."""
        self.go_button.setEnabled(True)
        self.failure.setText(field_words(self._wording, error))
        self.failure.show()
        self.fit()
