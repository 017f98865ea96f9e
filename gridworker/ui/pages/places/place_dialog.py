"""A new shop or public spot, or what is known of one. Closing a shop is choosing another state."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from gridworker.models.ledger import KnownUnit
from gridworker.models.op import Value
from gridworker.models.place import SHOP_STATES, SPOT_KINDS
from gridworker.store.queries.shops import SHOP
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.households.form_parts import choice, ground_choice, number
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

_SHOP_TEXTS = ("kind", "front", "contact_person", "phone", "open_hours")


class PlaceDialog(FormDialog):
    """`asked(values)`: every field by its name."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        target: str,
        seen: dict[str, Value] | None,
        units: Sequence[KnownUnit],
        parent: QWidget,
    ) -> None:
        key = f"places.{target}.{'edit' if seen else 'add'}"
        super().__init__(theme, wording, wording(key), wording("places.save"), parent)
        self._seen = seen or {}
        self._shop = target == SHOP
        self.texts = {name: QLineEdit(self._text(name)) for name in ("name", "code")}
        self.unit = self._units(units)
        self.add_field("name", wording("places.field.name"), self.texts["name"])
        self.add_field("unit_id", wording("places.field.unit"), self.unit)
        if self._shop:
            self._add_shop()
        else:
            self.kind = choice(wording, "places.kind", SPOT_KINDS, self._text("kind") or "yard")
            self.add_field("kind", wording("places.field.kind"), self.kind)
        self.add_field("code", wording("places.field.code"), self.texts["code"])
        self.interval = QLineEdit(self._text("visit_interval_days"))
        self.add_field("visit_interval_days", wording("homes.field.interval"), self.interval)
        self.note = GuardedText(theme, wording, wording("households.fact.note"), lines=2)
        self.note.set_text(self._text("note"))
        self.body.addWidget(self.note)
        self.fields["note"] = self.note.field
        self.finish(self.texts["name"], self._values)

    def _text(self, name: str) -> str:
        value = self._seen.get(name)
        return "" if value is None else str(value)

    def _units(self, units: Sequence[KnownUnit]) -> QComboBox:
        box = QComboBox()
        for place, unit in enumerate(units):
            box.addItem(f"{unit.estate} {unit.building} {unit.unit}", unit.id)
            if unit.id == self._seen.get("unit_id"):  # Qt does not find bytes
                box.setCurrentIndex(place)
        return box

    def _add_shop(self) -> None:
        wording = self._wording
        for name in _SHOP_TEXTS:
            self.texts[name] = QLineEdit(self._text(name))
            self.add_field(name, wording(f"places.field.{name}"), self.texts[name])
        self.ground = ground_choice(wording)
        present = self.ground.findData(self._seen.get("basis_kind"))
        self.ground.setCurrentIndex(max(present, 0))
        self.add_field("basis_kind", wording("homes.basis.label"), self.ground, wording("places.basis_note"))
        self.state = choice(wording, "places.status", SHOP_STATES, self._text("status") or "open")
        self.add_field("status", wording("places.field.status"), self.state)

    def _values(self) -> dict[str, Value]:
        values: dict[str, Value] = {name: edit.text().strip() or None for name, edit in self.texts.items()}
        values["unit_id"] = self.unit.currentData()
        values["visit_interval_days"] = number(self.interval.text())
        values["note"] = self.note.text().strip() or None
        if self._shop:
            values["status"], values["basis_kind"] = self.state.currentData(), self.ground.currentData()
        else:
            values["kind"] = self.kind.currentData()
        return values
