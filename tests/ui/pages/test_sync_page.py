"""The sync page over a real profile: the road of what was written, a conflict that waits for a choice, and what the
server did not take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from gridworker.changes import Changes
from gridworker.errors import BundleMisdirected, TargetNotWritable
from gridworker.services import visits
from gridworker.services.acts import Done
from gridworker.services.conflicts import Choice, How
from gridworker.services.undo import Undone
from gridworker.store.lease import DAY_MS, Lease
from gridworker.store.queries.device import DeviceFacts
from gridworker.store.queries.held import HeldRow
from gridworker.store.queries.names import Names
from gridworker.store.queries.stuck import StuckOp
from gridworker.store.queries.sync import ConflictCase, RoadLine
from gridworker.store.rows import Road
from gridworker.store.store import Store
from gridworker.ui.background import Background, Report
from gridworker.ui.pages.sync.device_dialog import DeviceDialog
from gridworker.ui.pages.sync.erase_dialog import EraseDialog
from gridworker.ui.pages.sync.hand_over_dialog import HandOverDialog
from gridworker.ui.pages.sync.page import SyncPage
from gridworker.ui.pages.sync.presenter import Overview
from gridworker.ui.pages.sync.source import ProfileSync
from gridworker.ui.pages.sync.stick_dialog import StickDialog
from gridworker.ui.pages.sync.words import matter_line, road_line, stage_word
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.labels import TextLabel
from gridworker.ui.widgets.segment import SegmentButton
from gridworker.wording import Wording
from tests.community import form, household_of, one
from tests.ui.pages.conftest import make_store
from tests.unit.services.test_conflicts import clash

Settle = Callable[[], None]


@pytest.fixture
def joined(tmp_path: Path) -> object:
    store = make_store(tmp_path / "joined", authority="server")
    yield store
    store.close()


def shown(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, source: object, settle: Settle
) -> tuple[SyncPage, list[str]]:
    asked: list[str] = []
    page = SyncPage(theme, zh, background, source, lambda: asked.append("now"))  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.resize(1100, 640)
    page.show()
    settle()
    return page, asked


def test_what_was_saved_is_listed_by_its_road(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, joined: Store, settle: Settle
) -> None:
    visits.log_visit(joined, form(household_of(joined)))
    page, asked = shown(qtbot, theme, zh, background, ProfileSync(joined), settle)
    QTest.keyClick(page, Qt.Key.Key_F5)
    assert asked == ["now"]
    page.presenter.show_stage(Road.HERE)
    settle()
    kinds = {line.cells[0] for line in page.table.lines()}
    assert kinds == {"走访"}  # who went along belongs to it
    assert (
        zh("sync.stage", name="已存本机", n=len(page.table.lines()))
        == page.stages.button("here").accessibleName()
    )
    visit = next(line for line in page.table.lines() if line.cells[0] == "走访")
    assert visit.cells[1].startswith("Z26-")
    assert visit.cells[3] == "已存本机"
    page.presenter.show_stage(Road.SERVER)
    settle()
    assert page.table.lines() == ()


def test_a_road_ends_at_the_communitys_computer(joined: Store) -> None:
    logged = visits.log_visit(joined, form(household_of(joined)))
    with joined.database.write() as connection:
        connection.exec_driver_sql(
            'UPDATE outbox SET state = \'done\', result = \'{"seq":1,"outcome":"applied","place":7}\''
        )
    source = ProfileSync(joined)
    assert source.overview(Road.SERVER).counts[Road.SERVER] >= 1
    joined.set_state({"sync.delivered": b"6"})
    assert Road.COMMUNITY not in source.overview(Road.SERVER).counts
    joined.set_state({"sync.delivered": b"7"})
    overview = source.overview(Road.COMMUNITY)
    assert Road.SERVER not in overview.counts
    assert logged.visit_id in {line.record_id for line in overview.lines}


def test_a_conflict_is_saved_only_when_everything_is_chosen(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, settle: Settle
) -> None:
    home = household_of(store)
    clash(store, home, "note", "门铃坏了", "敲门要响")
    clash(store, home, "preferred_time", "evening", "weekend")
    page, _ = shown(qtbot, theme, zh, background, ProfileSync(store), settle)
    heard: list[Changes] = []
    page.changed.connect(heard.append)
    assert page.panel.currentWidget() is page.conflict
    first, second = page.conflict.rows()
    assert not any(radio.isChecked() for row in (first, second) for radio in row.radios.values())
    assert not page.conflict.save.isEnabled()
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert first.radios[How.KEEP].hasFocus()
    first.radios[How.TAKE].setChecked(True)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert second.radios[How.KEEP].hasFocus()
    assert not page.conflict.save.isEnabled()
    second.radios[How.KEEP].setChecked(True)
    assert page.conflict.save.isEnabled()
    page.conflict.save.setFocus()
    page.conflict.save.click()
    settle()
    assert heard
    assert one(store, "SELECT count(*) FROM conflict WHERE state = 'open'") == 0
    assert page.panel.currentWidget() is page.quiet
    assert one(store, "SELECT note FROM household WHERE id = ?", home) != "门铃坏了"
    assert page.table.isHidden() is False and page.first_focus().hasFocus()
    page.undo_bar.undo_button.click()
    settle()
    assert one(store, "SELECT count(*) FROM conflict WHERE state = 'open'") == 2
    assert one(store, "SELECT note FROM household WHERE id = ?", home) == "门铃坏了"
    assert page.panel.currentWidget() is page.conflict


class Held:
    """A source with one held act."""

    def __init__(self, *, may_decide: bool = True) -> None:
        self.decided: list[tuple[str, str]] = []
        self.may_decide = may_decide

    def overview(self, _stage: Road) -> Overview:
        row = HeldRow(
            b"\x01" * 16, "open", "scope_lost", "2026-11-20", "2027-02-18", "王演示", "第一网格", "visit",
            b"\x02" * 16, "JY1-1-1-101", (), "",
        )  # fmt: skip
        return Overview({}, (), (row,), (), alone=False, may_decide=self.may_decide)

    def choose(self, _choices: Sequence[Choice]) -> Done:
        raise AssertionError

    def take_back(self, _done: Done, _reason: str) -> Undone:
        raise AssertionError

    def accept_held(self, _held: bytes, remark: str) -> Changes:
        self.decided.append(("accept", remark))
        return Changes()

    def areas(self) -> Sequence[tuple[bytes, str]]:
        return [(b"\x05" * 16, "第一网格"), (b"\x06" * 16, "第一网格 / 102 微网格")]

    def hand_over(self, _held: bytes, owner: bytes, remark: str) -> Changes:
        self.decided.append((owner.hex()[:2], remark))
        return Changes()

    def reject_held(self, _held: bytes, reason: str) -> Changes:
        self.decided.append(("reject", reason))
        return Changes()


def test_a_held_act_is_accepted_or_not_with_a_reason(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, settle: Settle
) -> None:
    source = Held()
    page, _ = shown(qtbot, theme, zh, background, source, settle)
    assert page.panel.currentWidget() is page.matter
    visible = {name for name, button in page.matter.buttons.items() if not button.isHidden()}
    assert visible == {"accept", "hand_over", "reject", "copy"}
    page.matter.text.setText("已由本网格重新登记")
    page.matter.buttons["reject"].click()
    settle()
    page.matter.buttons["accept"].click()
    settle()
    assert source.decided == [("reject", "已由本网格重新登记"), ("accept", "")]
    page.matter.buttons["hand_over"].click()
    settle()
    dialog = page.acts.dialog
    assert isinstance(dialog, HandOverDialog)
    dialog.areas.setCurrentIndex(1)
    dialog.remark.setText("在你们那里")
    dialog.go_button.click()
    settle()
    assert source.decided[-1] == ("06", "在你们那里") and dialog.isHidden()


def test_who_does_not_decide_sees_a_held_act_without_buttons_and_it_is_not_counted(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, settle: Settle
) -> None:
    page, _ = shown(qtbot, theme, zh, background, Held(may_decide=False), settle)
    visible = {name for name, button in page.matter.buttons.items() if not button.isHidden()}
    assert visible == {"copy"}
    assert page.stages.findChildren(SegmentButton)[-1].text() == "需要处理 0"


class Stuck:
    """A source with one op in quarantine."""

    def __init__(self) -> None:
        self.out: list[Path] = []

    def overview(self, _stage: Road) -> Overview:
        op = StuckOp(
            b"\x03" * 16, "resident", b"\x04" * 16, "set", "quarantined", "server_bug", "phone",
            {"phone": "100-0000-0139"}, {}, "JY1-1-1-101", 0, 6, 0, 0,
        )  # fmt: skip
        return Overview({}, (), (op,), (), alone=False)

    def take_out(self, _op: bytes, target: Path) -> None:
        if not target.parent.is_dir():
            raise TargetNotWritable(path=str(target))
        self.out.append(target)


def test_an_op_in_quarantine_is_taken_out_and_its_code_copied(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, settle: Settle, tmp_path: Path
) -> None:
    source = Stuck()
    page, _ = shown(qtbot, theme, zh, background, source, settle)
    page.matter.buttons["copy"].click()
    copied = QGuiApplication.clipboard().text()
    assert "server_bug" in copied and ("03" * 16) in copied and "100-0000" not in copied
    for target in (tmp_path / "op.jsonl", tmp_path / "nowhere" / "op.jsonl"):
        page.acts.choose_file = lambda *_, target=target: str(target)
        page.matter.buttons["take_out"].click()
        settle()
    assert source.out == [tmp_path / "op.jsonl"]
    assert not page.undo_bar.isHidden()


def test_a_person_is_erased_only_after_the_name_was_typed_and_a_reason_given(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, settle: Settle
) -> None:
    visits.log_visit(store, form(household_of(store)))
    code = str(one(store, "SELECT code FROM household WHERE id = ?", household_of(store)))
    page, _ = shown(qtbot, theme, zh, background, ProfileSync(store), settle)
    assert page.erase_button.isVisible()
    page.erase_button.click()
    dialog = page.acts.dialog
    assert isinstance(dialog, EraseDialog) and not dialog.go_button.isEnabled()
    QTest.keyClicks(dialog.text, code)
    settle()
    settle()
    assert dialog.found is not None and dialog.found.name == code
    found = int(str(one(store, "SELECT count(*) FROM visit WHERE household_id = ?", household_of(store))))
    assert dialog.found.records["visit"] == found > 0 and f"走访 {found}" in dialog.goes.text()
    whole = int(str(one(store, "SELECT count(*) FROM visit")))
    QTest.keyClicks(dialog.again, code[:-1])
    dialog.reason.setText("本人要求")
    dialog.reason.textEdited.emit("本人要求")
    assert not dialog.go_button.isEnabled()
    assert one(store, "SELECT count(*) FROM visit") == whole  # nothing went by looking
    QTest.keyClicks(dialog.again, code[-1])
    assert dialog.go_button.isEnabled()
    dialog.go_button.click()
    settle()
    assert one(store, "SELECT count(*) FROM visit") == whole - found and dialog.isHidden()
    assert one(store, "SELECT count(*) FROM household WHERE code = ?", code) == 0
    assert one(store, "SELECT count(*) FROM erasure") == sum(dialog.found.records.values())


class OneStick:
    """A stick that takes everything and has no answer."""

    def write(self, folder: Path, report: Report) -> tuple[str, dict[str, object]]:
        report("writing", 1, 1)
        return "written", {"n": 3, "file": f"{folder.name}.request"}

    def read(self, folder: Path, _report: Report) -> tuple[str, dict[str, object]]:
        raise BundleMisdirected(file=str(folder), reason="none")


def test_the_exchange_by_a_stick_says_what_was_written_and_why_nothing_was_read(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, tmp_path: Path
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    heard: list[Changes] = []
    dialog = StickDialog(theme, zh, background, OneStick(), heard.append, parent)
    dialog.open()
    dialog.choose_folder = lambda *_: ""
    dialog.write_button.click()
    assert dialog.write_button.isEnabled() and not heard
    dialog.choose_folder = lambda *_: str(tmp_path)
    dialog.write_button.click()
    qtbot.waitUntil(dialog.told.isVisible)
    assert "3 条" in dialog.told.text() and f"{tmp_path.name}.request" in dialog.told.text()
    dialog.read_button.click()
    qtbot.waitUntil(lambda: "[bundle_" in dialog.told.text())
    assert len(heard) == 1 and dialog.read_button.isEnabled()


@pytest.mark.parametrize("size", [100, 200])
def test_the_page_never_scrolls_sideways(
    qtbot: QtBot, theme: Theme, background: Background, store: Store, settle: Settle, size: int
) -> None:
    clash(store, household_of(store), "note", "门铃坏了" * 20, "敲门要响" * 20)
    theme.choose(text_size=size)
    page, _ = shown(qtbot, theme, Wording.load("en"), background, ProfileSync(store), settle)
    page.resize(1000, 560)
    settle()
    area = page.findChild(QScrollArea)
    inside = area.widget() if area is not None else None
    assert area is not None and inside is not None and inside.width() <= area.viewport().width()
    rights = [radio.geometry().right() for row in page.conflict.rows() for radio in row.radios.values()]
    assert max(rights) <= page.conflict.width()
    theme.choose(text_size=100)


def test_who_wrote_a_held_act_reads_that_it_waits_for_others(zh: Wording) -> None:
    line = RoadLine("visit", b"1", "", (), Road.SERVER, 0, held=True, gone=True)
    assert road_line(zh, line).cells[:4] == (
        *("走访", zh("sync.gone"), zh("sync.decided_there")),
        stage_word(zh, Road.SERVER),
    )


def test_a_conflict_says_when_this_computer_learned_of_it(zh: Wording) -> None:
    case = ConflictCase("household", b"1", "1-1-101", False, (), 1_763_600_000_000)
    assert matter_line(zh, 0, case).cells[-1].startswith("11-")
    assert matter_line(zh, 0, replace(case, at=0)).cells[-1] == ""


def about(zh: Wording, parent: QWidget, theme: Theme, **changes: object) -> str:
    """What the dialog about this computer says."""
    facts = DeviceFacts(
        "https://street.example.cn", 7, "shuji", 0, Lease(20 * DAY_MS, 15 * DAY_MS + 1), False
    )
    dialog = DeviceDialog(theme, zh, replace(facts, **changes), parent)  # type: ignore[arg-type]
    return "\n".join(label.text() for label in dialog.findChildren(TextLabel))


def test_this_computer_says_by_when_it_must_sync_and_what_happens_then(
    qtbot: QtBot, theme: Theme, zh: Wording
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    said = about(zh, parent, theme)
    assert "https://street.example.cn" in said and "07" in said and zh("sync.device.never") in said
    assert zh("sync.device.until", day="1970-01-21", days=5) in said
    assert zh("sync.device.then") in said and zh("sync.device.back") in said
    over = about(zh, parent, theme, lease=Lease(20 * DAY_MS, 20 * DAY_MS))
    assert zh("sync.device.out", day="1970-01-21") in over and zh("sync.device.then") not in over
    assert zh("sync.device.sealed") in about(zh, parent, theme, sealed=True)
    assert zh("sync.device.no_lease_yet") in about(zh, parent, theme, lease=None)
    practice = about(zh, parent, theme, server="", lease=None)
    assert zh("sync.device.practice") in practice and zh("sync.device.no_lease") in practice


def test_the_page_says_by_when_it_must_sync(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, joined: Store, settle: Settle
) -> None:
    class Leased(ProfileSync):
        def overview(self, stage: Road) -> Overview:
            found = super().overview(stage)
            assert found.device is not None
            lease = Lease(20 * DAY_MS, 15 * DAY_MS + 1)
            return replace(found, device=replace(found.device, lease=lease))

    page, _ = shown(qtbot, theme, zh, background, Leased(joined), settle)
    assert zh("sync.device.short", day="1970-01-21", days=5) in page.scope_line.accessibleName()
    page.device_button.click()
    settle()
    assert isinstance(page.acts.dialog, DeviceDialog)
    page.acts.dialog.reject()


def test_a_community_alone_sees_its_one_button_first(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, settle: Settle
) -> None:
    class Offering:
        def begun(self) -> str:
            return ""

    page = SyncPage(theme, zh, background, ProfileSync(store, Offering()), None)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    theme.choose(text_size=200)
    page.resize(960, 560)
    page.show()
    settle()
    assert page.first_focus() is page.join_button and page.device_button.isHidden()
    assert not page.answer(QKeySequence("F5"))  # there the key means what it means everywhere
    assert page.join_button.isVisible() and not page.tables.isVisible()
    bottom = page.join_button.mapTo(page, page.join_button.rect().bottomLeft()).y()
    assert bottom < page.height()
    with qtbot.waitSignal(page.join_wanted):
        QTest.keyClick(page.join_button, Qt.Key.Key_Return)
    page.presenter.show_stage(Road.HERE)
    settle()
    assert page.quiet.isVisible() and page.quiet.sentence.text() == zh("sync.empty.here")


def test_a_stage_without_records_says_what_would_be_there(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, joined: Store, settle: Settle
) -> None:
    page, _ = shown(qtbot, theme, zh, background, ProfileSync(joined), settle)
    assert page.quiet.sentence.text() == zh("sync.nothing_waits") and not page.tables.isVisible()
    assert page.first_focus() is page.now_button
    for stage in (Road.HERE, Road.SENDING, Road.SERVER, Road.COMMUNITY):
        page.presenter.show_stage(stage)
        settle()
        assert page.quiet.sentence.text() == zh(f"sync.empty.{stage.value}")
        assert page.quiet.isVisible() and not page.tables.isVisible()
    visits.log_visit(joined, form(household_of(joined)))
    page.presenter.show_stage(Road.HERE)
    settle()
    assert page.tables.isVisible() and not page.panel.isVisible()
    page.fleet_button.setChecked(True)
    page.presenter.show_stage(Road.SERVER)
    settle()
    assert page.tables.isVisible() and not page.panel.isVisible()


def test_what_has_no_name_goes_by_what_it_belongs_to(joined: Store) -> None:
    logged = visits.log_visit(joined, form(household_of(joined)))
    with joined.read() as connection:
        (who,) = connection.exec_driver_sql(
            "SELECT id FROM visit_visitor WHERE visit_id = ?", (logged.visit_id,)
        ).fetchone()
        names = Names(connection)
        assert names.of("visit_visitor", who) == names.of("visit", logged.visit_id) != ""
        assert names.of("visit_visitor", b"x" * 16) == "" == names.of("tree_plan", who)
