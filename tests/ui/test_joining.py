"""A community that stands alone is brought to a server from the window: the whole way over real HTTP, what is refused,
and what was stopped goes on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gridworker.app import Doors
from gridworker.commands.joining import ProfileAdoption
from gridworker.commands.profiles import new_community
from gridworker.errors import AdoptionStopped, ServerAway, ServerUnproven
from gridworker.models.days import Clock
from gridworker.server import adoption, auth
from gridworker.server.app import create_app
from gridworker.server.database import ServerDatabase, only_domain, some_domain
from gridworker.server.service import Service
from gridworker.settings import Settings
from gridworker.store.notices import Notice
from gridworker.store.queries import road
from gridworker.store.store import Store
from gridworker.sync import adoption as adoption_here
from gridworker.sync.engine import Phase, Show, Trouble
from gridworker.sync.protocol.messages import Limits
from gridworker.ui.application import Application
from gridworker.ui.background import Background, Report
from gridworker.ui.desk import Desk
from gridworker.ui.dialogs.create_profile import ProfileRequest
from gridworker.ui.dialogs.unlock import UnlockPage
from gridworker.ui.dialogs.welcome import JOIN
from gridworker.ui.open_profile import OpenProfile
from gridworker.ui.pages.sync.adopt_dialog import AdoptDialog
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.labels import TextLabel
from gridworker.ui.window import Window
from gridworker.wording import Wording
from tests.contract.rig import CHEAP, served
from tests.contract.test_authority import Papers, make_papers, served_with

PASSPHRASE = "river lamp seven stone"


class Silent:
    """Work whose progress nobody looks at."""

    cancelled = False

    def __call__(self, words: str, done: int, total: int) -> None:
        """Nothing is shown."""


class Servers:
    """Empty servers, as many as a test asks for, over HTTP on this computer."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._open = folder, ExitStack()
        self.database: ServerDatabase

    def start(self, papers: Papers | None = None) -> str:
        """The address of a further empty server; with `papers` by https."""
        self.database = ServerDatabase.create(self._folder / os.urandom(4).hex(), Clock())
        self._open.callback(self.database.close)
        app = create_app(Service(self.database))
        url: str = self._open.enter_context(served_with(app, papers) if papers else served(app))
        return url

    def code(self) -> str:
        now = self.database.clock.milliseconds()
        with self.database.write() as connection:
            return adoption.invite(connection, self.database.pepper, now)

    def invitation(self, login: str) -> str:
        """A code for a further computer of an account."""
        with self.database.write() as connection:
            domain = only_domain(connection)
            account = auth.account_by(connection, domain.id, "login", login)
            assert account is not None
            now = self.database.clock.milliseconds()
            return auth.invite(connection, domain, self.database.pepper, account, now)

    def close(self) -> None:
        self._open.close()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    made = Servers(tmp_path / "servers")
    yield made
    made.close()


@pytest.fixture
def by_twos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows travel with a request."""
    parts = adoption_here._parts
    monkeypatch.setattr(
        adoption_here, "_parts", lambda connection, after, _limits: parts(connection, after, Limits(rows=2))
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The profile of a new community, closed."""
    place = tmp_path / "profile"
    new_community(place, PASSPHRASE, "青石社区", "330481001001", "李书记", "shuji", CHEAP).close()
    return place


@pytest.fixture
def window(application: Application, theme: Theme, folder: Path, qtbot: QtBot) -> Iterator[Window]:
    doors = Doors(Wording.load("zh_CN"), folder, folder.parent / "practice")
    made = Window(application, Settings(appearance="light"), doors, lambda _settings: None)
    made.resize(1366, 696)
    made.show()
    yield made
    made.close()
    qtbot.waitUntil(partial(is_locked, made), timeout=20_000)
    made.stop()
    made.deleteLater()


def is_locked(window: Window) -> bool:
    return window.open_store is None


def at_desk(window: Window, qtbot: QtBot) -> Desk:
    page = window.door.currentWidget()
    assert isinstance(page, UnlockPage)
    page.passphrase.edit.setText(PASSPHRASE)
    QTest.keyClick(page.passphrase.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.desk is not None and window.desk.scope is not None, timeout=20_000)
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)
    assert window.desk is not None
    return window.desk


def form_of(desk: Desk, qtbot: QtBot) -> AdoptDialog:
    """Page 同步, its button, the form."""
    desk.window.show_page("sync", focus=True)
    page = desk.pages.made("sync")
    qtbot.waitUntil(page.join_button.isVisible, timeout=10_000)
    assert desk.window.focusWidget() is page.join_button  # Enter is all it takes
    QTest.keyClick(page.join_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.joining.dialog is not None, timeout=10_000)
    assert desk.joining.dialog is not None
    return desk.joining.dialog


def texts(widget: QWidget) -> str:
    return "\n".join(part.text() for part in widget.findChildren(type(widget.told)) if not part.isHidden())  # type: ignore[attr-defined]


def test_the_whole_way_by_keyboard(
    window: Window, servers: Servers, qtbot: QtBot, zh: Wording, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, desk = servers.start(), at_desk(window, qtbot)
    store: Store = window.open_store
    dialog = form_of(desk, qtbot)
    assert "会送去" in texts(dialog)
    assert dialog.focusWidget() is dialog.server
    QTest.keyClicks(dialog.server, url)
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dialog.fields["code"].error() == zh("welcome.errors.code")
    assert dialog.focusWidget() is dialog.code
    QTest.keyClicks(dialog.code, servers.code())
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(dialog.told.isVisible, timeout=20_000)
    assert store.known.authority == "server" and url in dialog.told.text()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.desk is not None and window.desk is not desk, timeout=20_000)
    after = window.desk
    assert after is not None and after.pilot is not None
    assert window.open_store is store and after.window.current_page == "sync"
    qtbot.waitUntil(lambda: store.identity.last_sync_at > 0, timeout=20_000)
    page = after.pages.made("sync")
    assert page.now_button.isVisible() and not page.join_button.isVisible()
    assert road.sync_counts(store).unsent == 0
    qtbot.waitUntil(lambda: window.focusWidget() is page.now_button, timeout=20_000)  # once the list is read
    asked: list[str] = []
    monkeypatch.setattr(page, "_sync_now", lambda: asked.append("now"))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=5_000)
    for times in (1, 2, 3):  # F5 is the window's key too: on this page it means what the page says
        QTest.keyClick(page.now_button, Qt.Key.Key_F5)
        assert asked == ["now"] * times and after.window.current_page == "sync"
    monkeypatch.undo()
    QTest.keyClick(page.now_button, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: page.undo_bar.words.text() == zh("sync.told.up_to_date"), timeout=20_000)
    servers.close()
    QTest.keyClick(page.now_button, Qt.Key.Key_F5)
    assert page.undo_bar.words.text() == zh("sync.told.trying")
    qtbot.waitUntil(lambda: f"连不上服务器 {url}" in page.undo_bar.words.text(), timeout=20_000)
    after.window.show_page("today", focus=True)
    after.window.notice.show_notices([Notice("lease_ends", 1, {"days": 3})])
    after.window.notice.button.click()  # leads to what is known of this computer
    assert after.window.current_page == "sync"
    qtbot.waitUntil(lambda: page.acts.dialog is not None, timeout=10_000)
    about = page.acts.dialog
    said = "\n".join(label.text() for label in about.findChildren(TextLabel))
    assert url in said and "shuji" in said and "30 天" in said
    assert zh("sync.device.then") in said
    about.reject()


class Asked:
    """The form over a real profile, without the window round it."""

    def __init__(self, folder: Path, theme: Theme, zh: Wording, qtbot: QtBot) -> None:
        self.doors, self.qtbot = Doors(zh, folder, folder.parent / "practice"), qtbot
        self.profile = self.doors.unlock(PASSPHRASE, Silent())
        self.background, self._parent = Background(), QWidget()
        self._parent.resize(1366, 696)
        qtbot.addWidget(self._parent)
        self._look = theme, zh
        self.joined: list[OpenProfile] = []

    @property
    def adoption(self) -> ProfileAdoption:
        assert isinstance(self.profile.adoption, ProfileAdoption)
        return self.profile.adoption

    def open(self, adoption: object = None) -> AdoptDialog:
        plan = self.adoption.look()
        made = AdoptDialog(*self._look, self.background, adoption or self.adoption, plan, self._parent)  # type: ignore[arg-type]
        made.joined.connect(self.joined.append)
        made.open()
        return made

    def go(self, dialog: AdoptDialog, server: str, code: str, authority: str = "") -> None:
        """Fill in, press, wait for the end."""
        dialog.server.setText(server)
        dialog.code.setText(code)
        dialog.authority.edit.setText(authority)
        dialog.go_button.click()
        self.qtbot.waitUntil(lambda: not self.background.busy, timeout=30_000)

    def close(self) -> None:
        assert self.background.close()
        self.profile.close()


@pytest.fixture
def asked(folder: Path, theme: Theme, zh: Wording, qtbot: QtBot) -> Iterator[Asked]:
    made = Asked(folder, theme, zh, qtbot)
    yield made
    made.close()


def errors_of(dialog: AdoptDialog) -> dict[str, str]:
    """The codes said under the fields."""
    said = {name: field.error() for name, field in dialog.fields.items() if field.error()}
    return {name: text[text.rindex("[") + 1 : -1] for name, text in said.items()}


def test_what_is_refused_is_said_under_its_field(asked: Asked, servers: Servers, tmp_path: Path) -> None:
    papers = make_papers(tmp_path, "own")
    elsewhere, plain = servers.start(papers), servers.start()
    dialog = asked.open()
    dialog.authority.choose_file = lambda *_: str(papers.authority)
    dialog.authority.button.click()
    assert dialog.authority.text() == str(papers.authority)
    paper = str(papers.authority)
    for server, code, authority, expected in (
        (plain, "AAAA-AAAA-AAAA", "", {"code": "code_invalid"}),
        (elsewhere, servers.code(), "", {"server": "server_unproven"}),
        (elsewhere.replace("127.0.0.1", "localhost"), servers.code(), paper, {"server": "server_unproven"}),
        (plain.replace("http:", "https:"), servers.code(), "", {"server": "server_unproven"}),
        ("http://192.0.2.1", servers.code(), "", {"server": "plain_http_refused"}),
        ("http://127.0.0.1:9", servers.code(), "", {"server": "server_away"}),
        (plain, servers.code(), str(tmp_path / "none.pem"), {"authority": "authority_invalid"}),
    ):
        asked.go(dialog, server, code, authority)
        assert errors_of(dialog) == expected, (server, code, authority)
        assert dialog.fields[next(iter(expected))].control.hasFocus()
        assert dialog.go_button.isEnabled()
        assert asked.profile.store.known.authority == "self"
    assert asked.joined == []


def test_each_fault_of_a_certificate_has_its_own_words(
    asked: Asked, servers: Servers, tmp_path: Path
) -> None:
    papers, other = make_papers(tmp_path, "own"), make_papers(tmp_path, "other")
    url, dialog = servers.start(papers), asked.open()
    said = []
    for server, authority in ((url, other), (url.replace("127.0.0.1", "localhost"), papers)):
        asked.go(dialog, server, servers.code(), str(authority.authority))
        said.append(dialog.fields["server"].error())
    assert "不认识签发" in said[0]
    assert "不是发给这个地址" in said[1]


def test_an_occupied_server_is_left_alone(asked: Asked, servers: Servers, tmp_path: Path) -> None:
    url = servers.start()
    first = new_community(tmp_path / "first", PASSPHRASE, "另一个社区", "330481001002", "周", "zhou", CHEAP)
    ProfileAdoption(first, lambda _store: asked.profile).bring(url, servers.code(), "", Silent())
    first.close()
    dialog = asked.open()
    asked.go(dialog, url, "AAAA-AAAA-AAAA")
    assert errors_of(dialog) == {"server": "server_occupied"}
    assert asked.profile.store.known.authority == "self"


class StopsAt:
    """An adoption somebody stops once the server has a few rows."""

    def __init__(self, inner: ProfileAdoption, rows: int) -> None:
        self._inner, self._rows = inner, rows

    def bring(self, server: str, code: str, authority: str, report: Report) -> OpenProfile:
        rows = self._rows

        class Stopped(Silent):
            def __call__(self, words: str, done: int, total: int) -> None:
                report(words, done, total)
                self.cancelled = done >= rows

        return self._inner.bring(server, code, authority, Stopped())


@pytest.mark.usefixtures("by_twos")
def test_what_was_stopped_goes_on_without_a_new_code(
    asked: Asked, servers: Servers, tmp_path: Path, zh: Wording
) -> None:
    papers = make_papers(tmp_path, "own")
    url = servers.start(papers)
    dialog = asked.open(StopsAt(asked.adoption, 2))
    asked.go(dialog, f" {url.removeprefix('https://')}/ ", servers.code(), str(papers.authority))
    assert "[adoption_stopped]" in dialog.failure.text()
    assert dialog.go_button.accessibleName() == zh("sync.adopt.go_on")
    assert asked.profile.store.known.authority == "self"
    with servers.database.read() as connection:
        assert some_domain(connection) is None
    dialog.reject()
    assert asked.joined == [] and asked.adoption.begun() == url
    papers.authority.unlink()  # it came on a stick: what was chosen is kept with the attempt
    again = asked.open()
    assert again.server.text() == url and again.code.text() == "" and again.authority.text()
    assert again.focusWidget() is again.code
    asked.go(again, again.server.text(), "", again.authority.text())
    assert not again.told.isHidden() and again.go_button.isHidden()
    again.cancel_button.click()
    assert [profile.store for profile in asked.joined] == [asked.profile.store]
    assert asked.joined[0].perform is not None and asked.joined[0].adoption is None
    assert asked.profile.store.known.server_url == url


@pytest.mark.usefixtures("by_twos")
def test_locking_stops_it_and_the_page_offers_to_go_on(
    window: Window, servers: Servers, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, desk = servers.start(), at_desk(window, qtbot)
    heard: list[Exception] = []
    bring = ProfileAdoption.bring

    def slow(self: ProfileAdoption, server: str, code: str, authority: str, report: Report) -> OpenProfile:
        window_locks.wait(20)
        try:
            return bring(self, server, code, authority, report)
        except AdoptionStopped as error:
            heard.append(error)
            raise

    window_locks = Event()
    monkeypatch.setattr(ProfileAdoption, "bring", slow)
    dialog = form_of(desk, qtbot)
    dialog.server.setText(url)
    dialog.code.setText(servers.code())
    dialog.go_button.click()
    window.lock()
    window_locks.set()
    qtbot.waitUntil(partial(is_locked, window), timeout=20_000)
    assert len(heard) == 1
    desk = at_desk(window, qtbot)
    desk.window.show_page("sync", focus=True)
    page = desk.pages.made("sync")
    qtbot.waitUntil(lambda: url in page.alone.sentence.text(), timeout=10_000)
    assert window.open_store.known.authority == "self"


def test_a_further_computer_joins_with_the_same_certificate_file(
    asked: Asked, servers: Servers, tmp_path: Path, zh: Wording
) -> None:
    papers = make_papers(tmp_path, "own")
    url = servers.start(papers)
    dialog = asked.open()
    asked.go(dialog, url, servers.code(), str(papers.authority))
    doors = Doors(zh, tmp_path / "second", tmp_path / "practice")
    wish = ProfileRequest(JOIN, PASSPHRASE, server=url, code=servers.invitation("shuji"))
    with pytest.raises(Exception, match="server_unproven"):
        doors.begin(wish, Silent())
    second = doors.begin(replace(wish, authority=str(papers.authority)), Silent())
    assert second.store.known.authority == "server" and second.stick is not None
    second.close()


def test_the_practice_community_is_offered_nothing(tmp_path: Path, zh: Wording) -> None:
    from tests.ui.pages.conftest import PASSPHRASE as PRACTICE
    from tests.ui.pages.conftest import make_store

    make_store(tmp_path / "alone").close()
    profile = Doors(zh, tmp_path / "alone", tmp_path / "practice").unlock(PRACTICE, Silent())
    assert profile.adoption is None
    profile.close()


def test_somebody_else_in_the_servers_place_is_said_once(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = at_desk(window, qtbot)
    said: list[Exception] = []
    monkeypatch.setattr(desk.pages, "tell_error", said.append)
    expired, away = ServerUnproven(url="u", reason="certificate_expired"), ServerAway(url="u")
    for error in (expired, expired, away, expired, None, ServerUnproven(url="u", reason="certificate_name")):
        desk.joining._watch(Show(Phase.WAITING, Trouble.AWAY if error else None, error=error))
        desk.joining._watch(Show(Phase.EXCHANGING))
    assert [getattr(error, "values", {}).get("reason") for error in said] == [
        "certificate_expired", "certificate_expired", "certificate_name",
    ]  # fmt: skip
