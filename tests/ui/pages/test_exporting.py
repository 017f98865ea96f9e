"""From the button to the file by keyboard: what is asked, remembered, refused, and how the log shows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from gridworker.store.export_rows import ExportLog, Written
from gridworker.store.queries.exports import export_log
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.exporting.dialog import ExportDialog, ExportOffer, drawn_passphrase
from gridworker.ui.pages.exporting.flow import Exporting, choose_target
from gridworker.ui.pages.exporting.ledger_dialog import LedgerDialog, LedgerWish
from gridworker.ui.pages.exporting.ledger_source import LedgerSource
from gridworker.ui.pages.exporting.log_dialog import ExportLogDialog
from gridworker.ui.pages.exporting.source import Export, ExportSource
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

Settle = Callable[[], None]


class Bench:
    """A page's worth of exporting: what came back, and what the file dialog answers."""

    def __init__(
        self, theme: Theme, zh: Wording, background: Background, store: Store, page: QWidget
    ) -> None:
        self.answer, self.asked = "", [""]
        self.done: list[Written] = []
        self.failed: list[Exception] = []
        self.made: list[tuple[str, bool]] = []

        def choose(parent: QWidget, title: str, start: str, kind: str) -> str:
            self.asked.append(f"{Path(start).name} {kind}")
            return self.answer

        self.exporting = Exporting(theme, zh, background, ExportSource(store), page, choose)
        node = store.identity.community_id
        self.export = Export(
            "visits",
            "走访台账",
            "走访台账 1/2",
            node,
            "2026-W47",
            ("csv", "xlsx"),
            self._make,
            can_unmask=True,
        )

    def _make(self, form: str, masked: bool) -> bytes:
        self.made.append((form, masked))
        return b"a,b"

    def begin(self, settle: Settle) -> ExportDialog:
        self.exporting.begin(self.export, self.done.append, self.failed.append)
        settle()
        assert self.exporting.dialog is not None
        return self.exporting.dialog


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store) -> Bench:
    page = QWidget()
    page.resize(1000, 640)
    qtbot.addWidget(page)
    page.show()
    return Bench(theme, zh, background, store, page)


def typed(qtbot: QtBot, text: str) -> None:
    focus = QApplication.focusWidget()
    assert isinstance(focus, QLineEdit), focus
    focus.insert(text)
    QTest.keyClick(focus, Qt.Key.Key_Tab)


def test_the_first_time_two_words_the_second_time_one_key(
    bench: Bench, qtbot: QtBot, settle: Settle, store: Store, tmp_path: Path
) -> None:
    dialog = bench.begin(settle)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.purpose)
    typed(qtbot, "周例会")
    typed(qtbot, "街道")
    bench.answer = str(tmp_path / "a.csv")
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert [written.path.name for written in bench.done] == ["a.csv"] and not dialog.isVisible()
    assert bench.asked[-1] == "走访台账 1_2.csv CSV 表格 (*.csv)"
    assert (bench.made, export_log(store).lines[0].purpose) == ([("csv", True)], "周例会")

    again = bench.begin(settle)
    assert (again.purpose.text(), again.recipient.text()) == ("周例会", "街道")
    qtbot.waitUntil(lambda: QApplication.focusWidget() is again.go_button)
    bench.answer = str(tmp_path / "b.csv")
    QTest.keyClick(again.go_button, Qt.Key.Key_Return)
    settle()
    assert len(bench.done) == 2


def test_what_is_missing_is_said_before_a_place_is_chosen(bench: Bench, settle: Settle, zh: Wording) -> None:
    dialog = bench.begin(settle)
    dialog.purpose.setText("例会")
    dialog.go_button.click()
    settle()
    assert dialog.fields["recipient"].error() == zh("errors.reason.required")
    assert bench.asked == [""] and dialog.isVisible() and dialog.go_button.isEnabled()
    dialog.recipient.setText("街道")
    dialog.whole.setChecked(True)
    dialog.go_button.click()
    settle()
    assert dialog.fields["unmask_reason"].error() and bench.asked == [""]


def test_changing_ones_mind_leaves_everything_as_it_was(bench: Bench, settle: Settle, store: Store) -> None:
    dialog = bench.begin(settle)
    dialog.purpose.setText("例会")
    dialog.recipient.setText("街道")
    dialog.go_button.click()
    settle()
    assert dialog.isVisible() and dialog.go_button.isEnabled(), "no place was chosen"
    dialog.reject()
    settle()
    assert not bench.made and not bench.done and not export_log(store).lines


def test_a_locked_unmasked_export(bench: Bench, settle: Settle, store: Store, tmp_path: Path) -> None:
    dialog = bench.begin(settle)
    dialog.form.choose("xlsx")
    dialog.purpose.setText("核对")
    dialog.recipient.setText("书记")
    assert dialog.fields["zip_passphrase"].isHidden() and dialog.fields["unmask_reason"].isHidden()
    dialog.lock.setChecked(True)
    dialog.draw.click()
    drawn = dialog.passphrase.text()
    assert len(drawn) == 23 and dialog.passphrase.edit.echoMode() is QLineEdit.EchoMode.Normal
    dialog.whole.setChecked(True)
    dialog.reason.setText("入户核对")
    bench.export = Export(**{**bench.export.__dict__, "forms": ("csv",)})
    bench.answer = str(tmp_path / "x.zip")
    dialog.form.choose("csv")
    dialog.go_button.click()
    settle()
    assert not bench.failed and bench.done[0].locked and bench.made == [("csv", False)]
    line = export_log(store).lines[0]
    assert (line.unmask_reason, line.locked) == ("入户核对", True)
    assert len({drawn_passphrase() for _ in range(50)}) == 50


def test_nobody_is_offered_what_his_post_may_not(qtbot: QtBot, theme: Theme, zh: Wording) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    dialog = ExportDialog(theme, zh, ExportOffer("周报", "周报", ("xlsx",)), page)
    dialog.show()
    assert dialog.whole.isHidden() and not dialog.form.isVisible()
    for control in (dialog.purpose, dialog.recipient, dialog.lock, dialog.go_button):
        assert QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name)


def test_a_file_that_cannot_be_written_is_told(bench: Bench, settle: Settle, tmp_path: Path) -> None:
    dialog = bench.begin(settle)
    dialog.purpose.setText("例会")
    dialog.recipient.setText("街道")
    (tmp_path / "x.csv").mkdir()
    bench.answer = str(tmp_path / "x.csv")
    dialog.go_button.click()
    settle()
    assert [getattr(error, "code", "") for error in bench.failed] == ["target_not_writable"]
    assert not list(tmp_path.glob("*.part"))


def test_the_log_shows_what_left(
    bench: Bench, qtbot: QtBot, settle: Settle, theme: Theme, zh: Wording, store: Store, tmp_path: Path
) -> None:
    dialog = bench.begin(settle)
    dialog.purpose.setText("周例会")
    dialog.recipient.setText("街道")
    bench.answer = str(tmp_path / "a.csv")
    dialog.go_button.click()
    settle()
    page = QWidget()
    page.resize(1200, 640)
    qtbot.addWidget(page)
    log = ExportLogDialog(theme, zh, export_log(store), page)
    spoken = log.table.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "走访台账 2026-W47" in spoken and "街道" in spoken and "已脱敏" in spoken
    ExportLogDialog(theme, zh, ExportLog(()), page).close()


def test_a_name_without_an_ending_gets_it(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6.QtWidgets import QFileDialog

    parent = QWidget()
    qtbot.addWidget(parent)
    for name, kind, wanted in (
        ("周报", "Word 文档 (*.docx)", "周报.docx"),
        ("周报 2026.47", "PDF 文件 (*.pdf)", "周报 2026.47.pdf"),
        ("周报.PDF", "PDF 文件 (*.pdf)", "周报.PDF"),
        ("", "PDF 文件 (*.pdf)", ""),
    ):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, name=name, kind=kind: (name, kind))
        assert choose_target(parent, "", "", kind) == wanted


def test_a_ledger_is_asked_for_with_its_days(qtbot: QtBot, theme: Theme, zh: Wording) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    dialog = LedgerDialog(theme, zh, ("2026-11-16", "2026-11-22"), "锦澜社区", page)
    asked: list[object] = []
    dialog.asked.connect(asked.append)
    dialog.kind.choose("demands")
    dialog.last.setText("2026-11-01")
    dialog.go_button.click()
    assert dialog.fields["last_day"].error() == zh("errors.reason.before_first") and not asked
    dialog.first.setText("那天")
    dialog.go_button.click()
    assert dialog.fields["first_day"].error() == zh("errors.reason.not_a_day") and not asked
    dialog.first.setText("2026-10-01")
    dialog.go_button.click()
    assert asked == [LedgerWish("demands", ("2026-10-01", "2026-11-01"))]


def test_a_ledger_of_the_profile_leaves(
    bench: Bench, settle: Settle, store: Store, zh: Wording, tmp_path: Path
) -> None:
    from gridworker.store.queries import tree

    source = LedgerSource(store, zh)
    bench.export = source.to_export(tree.default_scope(store), LedgerWish("visits", source.days()))
    assert bench.export.can_unmask
    dialog = bench.begin(settle)
    dialog.form.choose("csv")
    dialog.purpose.setText("例会")
    dialog.recipient.setText("街道")
    bench.answer = str(tmp_path / "走访.csv")
    dialog.go_button.click()
    settle()
    lines = (tmp_path / "走访.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == "演示数据" and len(lines) > 5
    assert export_log(store).lines[0].period == "2026-11-16/2026-11-22"
