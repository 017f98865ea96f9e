"""What can be done with a household and its people: opens the form, has it saved away from the window, tells the page.
Every act comes back as a `Done` that the undo bar can take back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from gridworker.exports.document import Document
from gridworker.models.op import Value
from gridworker.services import consents, households, links, merging, residents
from gridworker.services.acts import Done
from gridworker.store.care_rows import ConsentRow, Merged, NeedRow
from gridworker.store.queries.links import Linker
from gridworker.store.rows import HouseholdDetail, Plan, ResidentRow
from gridworker.ui.pages.confirm import confirmed
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.households.door_field import DoorAnswer, Doors
from gridworker.ui.pages.households.home_dialogs import (
    MergeDialog,
    MergeWish,
    MoveDialog,
    NewHome,
    NewHomeDialog,
    SplitDialog,
    SplitWish,
    WishDialog,
)
from gridworker.ui.pages.households.link_dialog import LinkHomesDialog
from gridworker.ui.pages.households.person_dialogs import (
    ConsentDialog,
    DayDialog,
    NeedDialog,
    NeedWish,
    PersonDialog,
    PersonForm,
)
from gridworker.ui.pages.running import Run
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

D = TypeVar("D", bound=FormDialog)
#: An act that was saved: the words of the undo bar, what it did, and the household to show now.
Saved = Callable[[str, Done, bytes | None], None]
#: What is changed in a form about a resident: base of the edit.
PERSON_FIELDS = ("name", "salutation", "phone", "birth_year", "gender", "relation_code", "residence",
                 "guardian_resident_id")  # fmt: skip


class Keeping(Doors, Protocol):
    """What the acts ask of the open profile."""

    def today(self) -> str: ...

    def act(self, work: Callable[..., Done], *arguments: object) -> Done: ...

    def person(self, resident_id: bytes) -> dict[str, Value]: ...

    def linkers(self) -> tuple[Linker, ...]: ...

    def homes(self, rids: Sequence[int]) -> tuple[bytes, ...]: ...

    def plan(self, rids: Sequence[int]) -> Done: ...

    def twins(self, name: str, phone: str, home: bytes) -> tuple[str, ...]: ...

    def notice(self, wording: Wording) -> tuple[Document, str]: ...

    def record_notice(self, form: str) -> None: ...


class HouseholdActs:
    """`parent` is the page; one dialog is open at a time. `saved` and `failed` tell the page."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        run: Run,
        source: Keeping,
        parent: QWidget,
        told: tuple[Saved, Callable[[Exception], None]],
    ) -> None:
        self._theme, self._wording, self._run, self._source, self._parent = (
            theme,
            wording,
            run,
            source,
            parent,
        )
        self._saved, self._failed = told
        self.dialog: QDialog | None = None

    # -- how an act goes -----------------------------------------------------------------------------------------

    def _ask(
        self, dialog: D, work: Callable[[Any], Callable[[], Done]], words: str, go_to: object = None
    ) -> D:
        """Show `dialog`; `work(form)` gives what to save. `go_to` "made" shows the record that was made."""

        def save(form: object) -> None:
            def done(result: Done) -> None:
                dialog.accept()
                self._saved(words, result, result.record if go_to == "made" else None)

            self._run(work(form), done, dialog.show_failure, lane="serial")

        dialog.asked.connect(save)
        self.dialog = dialog
        dialog.open()
        return dialog

    def _at_once(self, work: Callable[[], Done], words: str) -> None:
        self._run(work, lambda done: self._saved(words, done, None), self._failed, lane="serial")

    def _act(self, service: Callable[..., Done], *arguments: object) -> Callable[[], Done]:
        return partial(self._source.act, service, *arguments)

    def link_homes(self, homes: Sequence[bytes]) -> None:
        """Choose the member who keeps in touch with these households."""

        def show(members: Sequence[Linker]) -> None:
            dialog = LinkHomesDialog(self._theme, self._wording, len(homes), members, self._parent)
            words = self._wording("organisation.told.links_changed")
            self._ask(dialog, lambda form: self._act(links.link_homes, form[0], homes, form[1]), words)

        if homes:
            self._run(self._source.linkers, show, self._failed)

    # -- the household -------------------------------------------------------------------------------------------

    def fill_menu(self, menu: QMenu, detail: HouseholdDetail, history: Callable[[bytes, str], None]) -> None:
        """Everything that can be done with a household beside visiting and editing it; `history` leads to what was
        done to it."""
        opted = detail.row.plan is Plan.OPTED_OUT
        add = partial(self._add_to, menu)
        add("homes.menu.add_person", partial(self.add_person, detail))
        add("homes.menu.wish_off" if opted else "homes.menu.wish_on", partial(self.wish, detail, not opted))
        menu.addSeparator()
        add("homes.menu.move", partial(self.move, detail))
        add("homes.menu.split", partial(self.split, detail)).setEnabled(bool(detail.residents))
        add("homes.menu.merge", partial(self.merge, detail))
        for lost in detail.merged:
            add("homes.menu.part", partial(self.part, detail, lost), code=lost.code)
        menu.addSeparator()
        add("homes.menu.history", partial(history, detail.row.id, detail.row.door))
        add("homes.menu.delete", partial(self.delete, detail))

    def _add_to(self, menu: QMenu, key: str, act: Callable[[], object], **values: object) -> QAction:
        action = menu.addAction(self._wording(key, **values))
        action.triggered.connect(lambda _=False: act())
        return action

    def add_home(self, near: bytes | None) -> NewHomeDialog:
        dialog = NewHomeDialog(self._theme, self._wording, self._run, self._source, near, self._parent)
        return self._ask(
            dialog, lambda form: self._act(_new_home, form), self._wording("homes.new.done"), "made"
        )

    def move(self, detail: HouseholdDetail) -> MoveDialog:
        dialog = MoveDialog(self._theme, self._wording, self._run, self._source, detail, self._parent)

        def work(door: DoorAnswer) -> Callable[[], Done]:
            return self._act(households.move_household, detail.row.id, door.unit_id, door.room, door.floor)

        return self._ask(dialog, work, self._wording("homes.move.done", door=detail.row.door))

    def split(self, detail: HouseholdDetail) -> SplitDialog:
        dialog = SplitDialog(self._theme, self._wording, self._run, self._source, detail, self._parent)

        def work(wish: SplitWish) -> Callable[[], Done]:
            door = wish.door
            return self._act(
                merging.split_household, detail.row.id, wish.people, door.unit_id, door.room, door.floor
            )

        return self._ask(dialog, work, self._wording("homes.split.done", door=detail.row.door), "made")

    def merge(self, detail: HouseholdDetail) -> MergeDialog:
        dialog = MergeDialog(self._theme, self._wording, self._run, self._source, detail, self._parent)

        def work(wish: MergeWish) -> Callable[[], Done]:
            return self._act(merging.merge_households, wish.loser, detail.row.id, wish.reason)

        return self._ask(dialog, work, self._wording("homes.merge.done", door=detail.row.door))

    def part(self, detail: HouseholdDetail, lost: Merged) -> None:
        words = self._wording("homes.merge.parted", code=lost.code, door=detail.row.door)
        self._at_once(self._act(merging.part_households, lost.id), words)

    def wish(self, detail: HouseholdDetail, on: bool) -> WishDialog:
        dialog = WishDialog(self._theme, self._wording, detail, on, self._parent)

        def work(reason: str) -> Callable[[], Done]:
            return lambda: self._source.act(partial(households.opt_out, on=on, reason=reason), detail.row.id)

        key = "homes.wish_on.done" if on else "homes.wish_off.done"
        return self._ask(dialog, work, self._wording(key, door=detail.row.door))

    def delete(self, detail: HouseholdDetail) -> None:
        words = self._wording("homes.delete.done", door=detail.row.door)
        self._at_once(self._act(households.remove_household, detail.row.id), words)

    # -- its people ----------------------------------------------------------------------------------------------

    def fill_person_menu(self, detail: HouseholdDetail, menu: QMenu, person: ResidentRow) -> None:
        add = partial(self._add_to, menu)
        add("homes.person_menu.edit", partial(self.edit_person, detail, person))
        add("homes.person_menu.contact", partial(self.set_contact, person)).setEnabled(not person.is_contact)
        add("homes.person_menu.consent", partial(self.consent, person))
        if detail.care.may_see_needs:
            add("homes.person_menu.need", partial(self.need, person))
        menu.addSeparator()
        add("homes.person_menu.out", partial(self.move_out, person))
        add("homes.person_menu.delete", partial(self.delete_person, person))

    def add_person(self, detail: HouseholdDetail) -> PersonDialog:
        dialog = PersonDialog(
            self._theme, self._wording, detail.row.door, None, detail.residents, self._parent
        )
        self._watch(dialog, detail)

        def work(form: PersonForm) -> Callable[[], Done]:
            return self._act(residents.add_resident, detail.row.id, form.values, form.ground)

        return self._ask(dialog, work, self._wording("homes.person.added", door=detail.row.door))

    def edit_person(self, detail: HouseholdDetail, person: ResidentRow) -> None:
        self._run(
            lambda: self._source.person(person.id),
            lambda seen: self._edit_seen(detail, person, seen),
            self._failed,
            topic="homes.person",
        )

    def _edit_seen(self, detail: HouseholdDetail, person: ResidentRow, seen: dict[str, Value]) -> None:
        others = [other for other in detail.residents if other.id != person.id]
        dialog = PersonDialog(self._theme, self._wording, detail.row.door, seen, others, self._parent)
        self._watch(dialog, detail)

        def work(form: PersonForm) -> Callable[[], Done]:
            return self._act(residents.edit_resident, person.id, seen, form.values, form.ground)

        self._ask(dialog, work, self._wording("homes.person.changed", name=person.name))

    def _watch(self, dialog: PersonDialog, detail: HouseholdDetail) -> None:
        """While it is typed: is this person registered somewhere else?"""

        def look(name: str, phone: str) -> None:
            twins = partial(self._source.twins, name, phone, detail.row.id)
            self._run(twins, dialog.show_twins, self._failed, topic="homes.twins")

        dialog.typed.connect(look)

    def set_contact(self, person: ResidentRow) -> None:
        words = self._wording("homes.person.contact_set", name=person.name)
        self._at_once(self._act(residents.set_contact, person.id), words)

    def move_out(self, person: ResidentRow) -> DayDialog:
        dialog = DayDialog(self._theme, self._wording, person.name, self._source.today(), self._parent)
        words = self._wording("homes.out.done", name=person.name)
        return self._ask(dialog, lambda day: self._act(residents.move_out, person.id, day), words)

    def delete_person(self, person: ResidentRow) -> None:
        words = self._wording("homes.person.deleted", name=person.name)
        self._at_once(self._act(residents.remove_resident, person.id), words)

    # -- consents and needs --------------------------------------------------------------------------------------

    def consent(self, person: ResidentRow) -> ConsentDialog:
        dialog = ConsentDialog(self._theme, self._wording, person.name, self._parent)
        words = self._wording("homes.consent.done", name=person.name)
        return self._ask(dialog, lambda form: self._act(consents.record_consent, person.id, form), words)

    def withdraw(self, consent: ConsentRow) -> None:
        """Asks once, because it is for good, and says what goes with it."""
        if confirmed(self._theme, self._wording, "homes.withdraw", self._parent, name=consent.person):
            words = self._wording("homes.withdraw.done", name=consent.person)
            self._at_once(self._act(consents.withdraw_consent, consent.id), words)

    def need(self, person: ResidentRow) -> NeedDialog:
        dialog = NeedDialog(self._theme, self._wording, person.name, self._source.today(), self._parent)

        def work(wish: NeedWish) -> Callable[[], Done]:
            return self._act(consents.add_need, person.id, wish.form, wish.consent)

        return self._ask(dialog, work, self._wording("homes.need.done", name=person.name))

    def notice(self) -> None:
        """The notice to print, with its preview."""

        def show(made: tuple[Document, str]) -> None:
            from gridworker.ui.pages.organisation.notice_dialog import NoticeDialog

            dialog = NoticeDialog(self._theme, self._wording, *made, self._parent)
            dialog.handed_out.connect(
                lambda form: self._run(
                    lambda: self._source.record_notice(form), lambda _none: None, self._failed, lane="serial"
                )
            )
            self.dialog = dialog
            dialog.open()

        self._run(lambda: self._source.notice(self._wording), show, self._failed, topic="homes.notice")

    def end_need(self, need: NeedRow) -> None:
        words = self._wording("homes.need.ended", name=need.person)
        self._at_once(self._act(consents.end_need, need.id), words)


def _new_home(store: Any, form: NewHome) -> Done:
    """The household and its first resident, taken back together."""
    from gridworker.services.acts import joined

    assert form.door.unit_id is not None
    values: dict[str, Value] = {
        "occupancy": form.occupancy,
        "member_count": form.member_count,
        "visit_interval_days": form.interval,
    }
    made = households.add_household(store, form.door.unit_id, form.door.room, form.door.floor, values)
    if not form.name:
        return made
    return joined([made, residents.add_resident(store, made.record, {"name": form.name})])
