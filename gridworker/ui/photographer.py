"""Takes pictures of the real window over the practice community: the same widgets a person uses, drawn without a
display. For the readme, the guides and the comparison with the design."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from gridworker.settings import Settings
from gridworker.ui.application import Application
from gridworker.ui.background import Report
from gridworker.ui.desk import Desk
from gridworker.ui.open_profile import OpenProfile
from gridworker.ui.pages.organisation.notice_dialog import NoticeDialog
from gridworker.ui.window import Doors, Window

T = TypeVar("T")

#: The client area of a 1366×768 screen less title bar and task bar.
WIDTH, HEIGHT = 1366, 696
#: Longest wait for a page to be complete, in seconds.
_PATIENCE = 60
_SAID = (
    "坡道的事告诉她了，物业已来量尺寸。她说 2 单元门口的灯晚上太暗，下台阶看不清。"
    "给物业 100-0000-0199 打过两次没人接。"
)

#: What people write into ledgers, with the marks of the practice community: titles, forms of address, doubles.
_LEDGER = """学府院住户台账,,,,,,
填表说明：一行一个人,,,,,,
门牌号,姓名,与户主关系,居住类型,联系电话,出生日期,备注
1栋1单元901,演示·王小一,户主,自住,100-0000-0901,1985.3.5,周末在家
,演示·李小二,配偶,,100-0000-0902,1986年7月,
1-2-902,演示·赵小三,户主,租住,１００－００００－０９０３,31111,
小计,3,,,,,
2幢1门９０３室,演示·钱小四,户主,朋友住,,,
9-9-999,演示·孙小五,户主,自住,,,
2-1-904,演示·周小六,户主,自住,12345,,
2-1-905,,,空置,,,
"""


@dataclass(frozen=True)
class Look:
    """One variant: the end of the file names, and the settings it stands for."""

    ending: str
    settings: Settings


class Camera:
    """The window before an open door, in one look; what is taken goes into `out`."""

    def __init__(
        self,
        application: Application,
        doors: Doors,
        enter: Callable[[Report], OpenProfile],
        look: Look,
        out: Path,
    ) -> None:
        self._enter, self._look, self._out, self._theme = enter, look, out, application.theme
        application.theme.choose(appearance=look.settings.appearance, text_size=look.settings.text_size)
        application.words.use(look.settings.language)
        self._window = Window(application, look.settings, doors, lambda _settings: None)
        self._window.resize(WIDTH, HEIGHT)
        self._window.show()
        self._written: list[str] = []

    def pictures(self) -> list[str]:
        """Take them and close the window; the names of the files."""
        raise NotImplementedError

    def _open(self) -> Desk:
        self._window.door.enter(self._enter)
        desk = self._until(lambda: self._window.desk)
        self._until(lambda: desk.scope)
        self._settle()
        return desk

    def _close(self) -> list[str]:
        self._window.close()
        self._until(lambda: self._window.desk is None)
        return self._written

    def _take(self, name: str, dialog: QWidget | None = None) -> None:
        """The window, with `dialog` over its middle."""
        self._settle()
        picture = self._window.grab()
        if dialog is not None:
            shown = dialog.grab()
            middle = picture.rect().center() - shown.rect().center()
            painter = QPainter(picture)
            painter.drawPixmap(middle, shown)
            painter.setPen(self._theme.colour("line"))
            painter.drawRect(shown.rect().translated(middle).adjusted(-1, -1, 0, 0))
            painter.end()
        path = self._out / f"{name}{self._look.ending}.png"
        if not _few_colours(picture.toImage()).save(str(path)):
            raise OSError(f"could not write {path}")
        self._written.append(path.name)

    def _settle(self) -> None:
        """Until nothing is being asked any more and everything was drawn."""
        self._wait(60)
        self._until(lambda: not self._window.busy)
        self._wait(60)

    def _wait(self, milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def _until(self, found: Callable[[], T | None]) -> T:
        for _ in range(_PATIENCE * 50):
            answer = found()
            if answer:
                return answer
            self._wait(20)
        raise TimeoutError(f"a page was not complete after {_PATIENCE} s")


def _first_demand(page: Any) -> Any:
    """The id of the first card, in a narrow page of the first line; None while there is none."""
    cards, lines = page.board.first_list().rows(), page.table.lines()
    return cards[0].id if cards else lines[0].key if lines else None


class Photographer(Camera):
    """Takes every page as the secretary sees them; `pictures` returns the names of the files in `out`."""

    def pictures(self) -> list[str]:
        """Passphrase, first run, then every page of the desk; the profile is closed again."""
        self._take("unlock")
        self._window.door.show_welcome()
        self._take("first-run")
        desk = self._open()
        desk.window.show_page("practice", focus=True)
        self._take("practice")
        self._rounds(desk)
        self._households(desk)
        self._visit(desk)
        self._demands(desk)
        self._lists(desk)
        self._report(desk)
        self._organisation(desk)
        self._import(desk)
        self._sync(desk)
        desk.window.show_page("history", focus=True)
        self._settle()
        desk.pages.made("history").table.choose(0)
        self._take("history")
        desk.window.show_page("settings")
        self._take("settings")
        return self._close()

    def _rounds(self, desk: Desk) -> None:
        """Today, the plan of the week to come, the roster and a paper list half entered."""
        desk.go_to("area", desk.node_named("area", "第十六网格"))
        for name in ("today", "plan", "roster", "paper"):
            desk.window.show_page(name, focus=True)
            self._settle()
            page = desk.pages.made(name)
            if name == "plan":
                page.presenter.step(1)
            elif name == "paper":
                page.model.type_in(0, "outcome", "1")
                page.model.type_in(1, "outcome", "2")
            self._take(name)

    def _households(self, desk: Desk) -> None:
        desk.window.show_page("households", focus=True)
        page = desk.pages.made("households")
        self._settle()
        page.table.selectRow(3)
        self._take("households")
        self._acts(page)
        page.show_view("matrix")
        for name, estate, door in (("matrix", "学府院", 12), ("matrix-tower", "锦苑一期", 70)):
            desk.go_to("area", desk.node_named("area", estate))
            self._settle()
            place = self._open_demand(page.matrix) or page.matrix.model.grid.reading_order()[door]
            page.matrix.view.setCurrentIndex(page.matrix.model.index(*place))
            page.matrix.view.setFocus()
            self._take(name)
        page.show_view("table")

    def _open_demand(self, matrix: Any) -> tuple[int, int] | None:
        """A door that waits for an answer, in this building or one of the next."""
        while True:
            grid = matrix.model.grid
            found = next((place for place in grid.reading_order() if grid.room(place).demands), None)
            if found is not None or not matrix.next.isEnabled():
                return found
            matrix.presenter.step_building(1)
            self._settle()

    def _acts(self, page: Any) -> None:
        """A household is entered, split, marked "do not visit". Nothing is saved."""
        detail = page.panel.detail
        for name, ask, about in (
            ("new", page.acts.add_home, (detail.unit_id,)),
            ("split", page.acts.split, (detail,)),
            ("optout", page.acts.wish, (detail, True)),
        ):
            dialog = ask(*about)
            self._take(f"household-{name}", dialog)
            dialog.reject()

    def _sync(self, desk: Desk) -> None:
        """A phone number that two laptops changed; one of the two is chosen, not yet saved."""
        desk.window.show_page("sync", focus=True)
        page = desk.pages.made("sync")
        self._until(page.conflict.rows)
        next(iter(page.conflict.rows()[0].radios.values())).setChecked(True)
        self._take("sync")

    def _visit(self, desk: Desk) -> None:
        desk.window.show_page("visits", focus=True)
        page = desk.pages.made("visits")
        self._settle()
        page.presenter.begin_first()
        self._until(lambda: page.middle.currentWidget() is page.form)
        page.form.fields.outcome.choose(0)
        page.form.fields.said.edit.setPlainText(_SAID)
        self._wait(900)  # the draft is kept half a second after the last key
        self._take("visit")

    def _demands(self, desk: Desk) -> None:
        """The board of the community with its most pressing demand open, and the form of a new one, not saved."""
        desk.go_to("area", desk.nodes("area")[0].id)
        desk.window.show_page("demands", focus=True)
        page = desk.pages.made("demands")
        self._settle()
        page.presenter.choose(self._until(lambda: _first_demand(page)))
        self._take("demands")
        page.asking.register()
        self._take("demand-new", self._until(lambda: page.asking.dialog))
        page.asking.dialog.reject()
        desk.window.show_page("referrals", focus=True)
        self._settle()
        desk.pages.made("referrals").columns["referral"].table.choose(0)
        self._take("referrals")

    def _lists(self, desk: Desk) -> None:
        """The three lists with a need nobody answers open, and deliberation with the issue that became a shed."""
        for name, kind, line in (("lists", "need", 1), ("deliberation", "issue", -1)):
            desk.window.show_page(name, focus=True)
            self._settle()
            page = desk.pages.made(name)
            page.open_record(kind, page.columns[kind].table.lines()[line].key)
            self._take(name)

    def _report(self, desk: Desk) -> None:
        desk.window.show_page("report", focus=True)
        desk.go_to("org", desk.node_named("org", "锦澜社区党组织"))
        self._wait(600)
        self._take("report")
        card = desk.pages.made("report").card
        card.other_view()
        self._settle()
        self._take("report-charts")
        card.other_view()

    def _import(self, desk: Desk) -> None:
        """The three steps, and what was imported; taken back at the end."""
        desk.window.show_page("import", focus=True)
        page = desk.pages.made("import")
        with tempfile.TemporaryDirectory(prefix="gridworker-") as folder:
            ledger = Path(folder) / "学府院台账.csv"
            ledger.write_text(_LEDGER, "utf-8-sig")
            page.open_file(ledger)
            self._until(lambda: page.presenter.opened)
        basis = page.columns.basis
        basis.setCurrentIndex(basis.findData("consent"))
        page.columns.notice.setText("2026-01")
        self._take("import-columns")
        page.columns.preview_wanted.emit()
        self._until(lambda: page.presenter.plan)
        self._take("import-preview")
        page.preview.apply_wanted.emit()
        self._until(lambda: page.start.undo_buttons)
        self._take("import")
        page.undo_bar.undo_button.click()
        self._until(lambda: not page.start.undo_buttons)

    def _organisation(self, desk: Desk) -> None:
        desk.go_to("org", desk.nodes("org")[0].id)
        desk.window.show_page("organisation", focus=True)
        self._settle()
        desk.pages.made("organisation").members.choose(1)
        self._take("organisation")


class StewardPhotographer(Camera):
    """What a building steward sees: fewer pages, larger text, the walk list as it will print."""

    def pictures(self) -> list[str]:
        """Today, the building, a visit and the paper; the profile is closed again."""
        desk = self._open()
        self._take("steward-today")
        desk.window.show_page("households", focus=True)
        page = desk.pages.made("households")
        self._settle()
        page.show_view("matrix")
        self._take("steward-matrix")
        desk.window.show_page("visits", focus=True)
        visits = desk.pages.made("visits")
        self._settle()
        visits.presenter.begin_first()
        self._until(lambda: visits.middle.currentWidget() is visits.form)
        self._take("steward-visit")
        desk.window.show_page("demands", focus=True)
        self._settle()
        desk.pages.made("demands").table.choose(0)
        self._take("steward-demands")
        desk.window.show_page("today", focus=True)
        today = desk.pages.made("today")
        today.print_button.click()
        dialog = self._until(lambda: today.findChild(NoticeDialog))
        self._take("walk-list", dialog)
        dialog.reject()
        return self._close()


class StreetPhotographer(Camera):
    """What the street's operator sees: what was referred there, with one of them chosen."""

    def pictures(self) -> list[str]:
        """The page of referrals; the profile is closed again."""
        desk = self._open()
        desk.window.show_page("referrals", focus=True)
        self._settle()
        desk.pages.made("referrals").columns["referral"].table.choose(0)
        self._take("street-referrals")
        return self._close()


def _few_colours(picture: QImage) -> QImage:
    """256 colours are enough for a window and keep the files small. The most frequent of each kind come first, so that
    a colour that stands in few places is not lost among shades of grey."""
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    found = [colour for colour, _ in Counter(memoryview(plain.constBits()).cast("I")).most_common()]
    kinds = {colour & 0xE0E0E0: colour for colour in reversed(found)}
    table = list(dict.fromkeys((*found[:64], *kinds.values(), *found)))[:256]
    return plain.convertToFormat(QImage.Format.Format_Indexed8, table, Qt.ImageConversionFlag.ThresholdDither)
