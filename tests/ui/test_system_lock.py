"""A window locks with the session it runs in, and before the computer sleeps; heard on a real bus of its own."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusUnixFileDescriptor, QDBusVirtualObject
from pytestqt.qtbot import QtBot

from gridworker.ui import system_lock
from gridworker.ui.system_lock import SystemLock, of_session, of_system

LOGIN = "/org/freedesktop/login1"
Say = Callable[..., None]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A bus that nobody else listens on."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("no dbus-daemon here")
    started = subprocess.Popen(
        [
            daemon,
            "--session",
            "--nofork",
            "--nopidfile",
            "--print-address=1",
            f"--address=unix:dir={tmp_path}",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert started.stdout is not None
    yield started.stdout.readline().strip()
    started.terminate()
    started.wait(10)
    started.stdout.close()


@pytest.fixture
def say(address: str) -> Iterator[Say]:
    """Says a signal as the login service and the desktop do."""
    bus = QDBusConnection.connectToBus(address, "speaker")
    assert bus.registerService("org.freedesktop.login1")

    def said(path: str, interface: str, name: str, *values: object) -> None:
        message = QDBusMessage.createSignal(path, interface, name)
        message.setArguments(list(values))
        assert bus.send(message)

    yield said
    QDBusConnection.disconnectFromBus("speaker")


@pytest.fixture
def locked(address: str) -> Iterator[list[int]]:
    """How often a window that listens there was locked. It runs in session 2."""
    found: list[int] = []
    listener = SystemLock(lambda: found.append(1))
    bus = QDBusConnection.connectToBus(address, "listener")
    wanted = (*of_system("2"), *of_session())
    assert listener.listen(bus, wanted) == len(wanted)
    yield found
    QDBusConnection.disconnectFromBus("listener")
    listener.deleteLater()


@pytest.mark.parametrize(
    ("path", "interface"),
    [
        ("/ScreenSaver", "org.freedesktop.ScreenSaver"),
        ("/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver"),
        ("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver"),
        ("/org/cinnamon/ScreenSaver", "org.cinnamon.ScreenSaver"),
        ("/org/mate/ScreenSaver", "org.mate.ScreenSaver"),
        (LOGIN, "org.freedesktop.login1.Manager"),
    ],
)
def test_what_turns_on_locks_and_what_turns_off_does_not(
    qtbot: QtBot, say: Say, locked: list[int], path: str, interface: str
) -> None:
    name = "PrepareForSleep" if path == LOGIN else "ActiveChanged"
    say(path, interface, name, False)
    say(path, interface, name, True)
    qtbot.waitUntil(lambda: locked == [1])
    say(path, interface, name, False)
    say(path, interface, name, True)
    qtbot.waitUntil(lambda: locked == [1, 1])  # the two that turned off had come before


def test_the_sessions_own_lock_locks_and_anothers_does_not(qtbot: QtBot, say: Say, locked: list[int]) -> None:
    for session in ("_33", "_32"):
        say(f"{LOGIN}/session/{session}", "org.freedesktop.login1.Session", "Lock")
    qtbot.waitUntil(lambda: locked == [1])
    say(f"{LOGIN}/session/_32", "org.freedesktop.login1.Session", "Unlock")
    say(f"{LOGIN}/session/_32", "org.freedesktop.login1.Session", "Lock")
    qtbot.waitUntil(lambda: locked == [1, 1])


class LoginService(QDBusVirtualObject):
    """Grants to delay sleep by handing out the end of a pipe, as the login service does; or refuses."""

    def __init__(self, *, refuses: bool = False) -> None:
        super().__init__()
        self.refuses, self.asked = refuses, list[object]()
        self._watched, self.handed = os.pipe()

    def introspect(self, _path: str) -> str:
        return ""

    def handleMessage(self, message: QDBusMessage, connection: QDBusConnection) -> bool:
        self.asked.append((message.member(), message.arguments()))
        if self.refuses:
            connection.send(message.createErrorReply("org.freedesktop.DBus.Error.AccessDenied", "no"))
        else:
            connection.send(message.createReply([QDBusUnixFileDescriptor(self.handed)]))
        return True

    def only_theirs(self) -> None:
        """From now on only the asker keeps that end open."""
        os.close(self.handed)

    def is_let_go(self) -> bool:
        return bool(select.select([self._watched], [], [], 0)[0])


@pytest.fixture
def holding(address: str) -> Iterator[tuple[LoginService, SystemLock]]:
    bus, service = QDBusConnection.connectToBus(address, "login"), LoginService()
    assert bus.registerService("org.freedesktop.login1") and bus.registerVirtualObject(LOGIN, service)
    window = SystemLock(lambda: None)
    window.login = QDBusConnection.connectToBus(address, "asker")
    yield service, window
    window.deleteLater()
    for name in ("login", "asker"):
        QDBusConnection.disconnectFromBus(name)


def test_the_computer_waits_with_sleeping_until_all_is_locked(
    qtbot: QtBot, holding: tuple[LoginService, SystemLock]
) -> None:
    service, window = holding
    window.hold_sleep()
    window.hold_sleep()  # the desk was made anew meanwhile
    qtbot.waitUntil(lambda: window.holds)
    service.only_theirs()
    window.hold_sleep()
    qtbot.wait(100)
    assert service.asked == [("Inhibit", ["sleep", "Gridworker", "lock", "delay"])]
    assert not service.is_let_go()
    window.let_sleep()
    qtbot.waitUntil(service.is_let_go)


def test_a_window_that_locks_before_it_is_answered_holds_nothing(
    qtbot: QtBot, holding: tuple[LoginService, SystemLock]
) -> None:
    service, window = holding
    window.hold_sleep()
    window.let_sleep()
    qtbot.waitUntil(lambda: bool(service.asked))
    qtbot.wait(100)
    service.only_theirs()
    assert not window.holds
    qtbot.waitUntil(service.is_let_go)


def test_a_computer_that_does_not_wait_is_borne(
    qtbot: QtBot, holding: tuple[LoginService, SystemLock]
) -> None:
    service, window = holding
    service.refuses = True
    window.hold_sleep()
    qtbot.waitUntil(lambda: bool(service.asked))
    qtbot.wait(100)
    assert not window.holds
    window.login = None
    window.hold_sleep()
    window.let_sleep()


def test_a_session_is_named_as_the_login_service_names_it() -> None:
    assert [of_system(name)[0].path.rpartition("/")[2] for name in ("2", "c1", "12a", "a-b", "x.网")] == [
        "_32",
        "c1",
        "_312a",
        "a_2db",
        "x_2e_e7_bd_91",
    ]
    assert of_system("")[0].path == ""  # any session's


def test_without_a_bus_nothing_is_loaded_or_started(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from PySide6.QtCore import QCoreApplication\n"
        "from gridworker.ui import system_lock\n"
        "app = QCoreApplication([])\n"
        "system_lock.has_system_bus = lambda: False\n"
        "system_lock.SystemLock.listening(lambda: None, app)\n"
        "print('PySide6.QtDBus' in sys.modules)\n"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith("DBUS_")}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**bare, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ran.stdout.strip() == "False"


def test_a_bus_that_does_not_answer_is_borne(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gone = QDBusConnection.connectToBus(f"unix:path={tmp_path}/nobody", "gone")
    parent = QObject()
    listener = SystemLock(lambda: None, parent)
    assert listener.listen(gone, of_session()) == 0
    QDBusConnection.disconnectFromBus("gone")


@pytest.mark.parametrize(
    ("variables", "there"),
    [({}, False), ({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"}, True), ({"XDG_RUNTIME_DIR": "RUN"}, True)],
)
def test_a_session_bus_is_looked_for_before_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str], there: bool
) -> None:
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "bus").touch()
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("RUN", str(tmp_path)))
    assert system_lock.has_session_bus() is there
    monkeypatch.setattr(sys, "platform", "win32")
    assert not system_lock.has_session_bus()
    assert not system_lock.has_system_bus()
