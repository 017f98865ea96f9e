"""Notices over D-Bus that the session was locked or the computer is about to sleep. Where there is no bus (Windows, a
bare X server) it hears nothing, and Qt's part for it is not even loaded."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import SLOT, QObject, Slot

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

_LOGIN, _LOGIN_PATH = "org.freedesktop.login1", "/org/freedesktop/login1"
#: Desktops that tell of their own lock screen: interface -> where it lives.
_SCREENS: Mapping[str, tuple[str, ...]] = {
    "org.freedesktop.ScreenSaver": ("/org/freedesktop/ScreenSaver", "/ScreenSaver"),
    "org.gnome.ScreenSaver": ("/org/gnome/ScreenSaver",),
    "org.cinnamon.ScreenSaver": ("/org/cinnamon/ScreenSaver",),
    "org.mate.ScreenSaver": ("/org/mate/ScreenSaver",),
}


@dataclass(frozen=True)
class Wanted:
    """One signal on a bus, and the slot that hears it. An empty `sender` is anybody."""

    sender: str
    path: str
    interface: str
    name: str
    slot: str


def of_system(session: str) -> tuple[Wanted, ...]:
    """What is heard on the system bus. `session` is the login session's id; of an unknown one any session's lock
    counts: locking once too often harms nobody."""
    path = f"{_LOGIN_PATH}/session/{_escaped(session)}" if session else ""
    return (
        Wanted(_LOGIN, path, f"{_LOGIN}.Session", "Lock", "asked_to_lock()"),
        Wanted(_LOGIN, _LOGIN_PATH, f"{_LOGIN}.Manager", "PrepareForSleep", "turned(bool)"),
    )


def of_session() -> tuple[Wanted, ...]:
    """What is heard on the session bus, from whichever desktop runs there."""
    return tuple(
        Wanted("", path, interface, "ActiveChanged", "turned(bool)")
        for interface, paths in _SCREENS.items()
        for path in paths
    )


def _escaped(session: str) -> str:
    """A session's id as a part of an object's path: a leading digit, and everything but ASCII letters and digits, as _
    and two hexadecimal digits for each byte."""
    said = ""
    for byte in session.encode():
        letter = chr(byte)
        plain = byte < 128 and letter.isalnum() and (said or not letter.isdigit())
        said += letter if plain else f"_{byte:02x}"
    return said


def has_system_bus() -> bool:
    """Whether there is a bus of the whole computer to listen on."""
    named = bool(os.environ.get("DBUS_SYSTEM_BUS_ADDRESS"))
    return sys.platform != "win32" and (named or Path("/run/dbus/system_bus_socket").exists())


def has_session_bus() -> bool:
    """The same of this person's session. One that is not there must not be asked for: the library would start one."""
    named, runtime = os.environ.get("DBUS_SESSION_BUS_ADDRESS"), os.environ.get("XDG_RUNTIME_DIR")
    return sys.platform != "win32" and (bool(named) or bool(runtime and Path(runtime, "bus").exists()))


class SystemLock(QObject):
    """Calls `lock` when the session is locked, and before the computer sleeps. `login`: the bus with the login service,
    by which the computer is asked to wait with sleeping."""

    def __init__(self, lock: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = lock
        self.login: QDBusConnection | None = None
        self._wanted = False
        self._asked: QDBusPendingCallWatcher | None = None
        self._granted: QDBusMessage | None = None

    @classmethod
    def listening(cls, lock: Callable[[], None], parent: QObject) -> SystemLock:
        """One that hears what this computer says, if it says anything."""
        made = cls(lock, parent)
        system, session = has_system_bus(), has_session_bus()
        if not (system or session):
            return made
        from PySide6.QtDBus import QDBusConnection

        if system:
            made.login = QDBusConnection.systemBus()
            made.listen(made.login, of_system(os.environ.get("XDG_SESSION_ID", "")))
        if session:
            made.listen(QDBusConnection.sessionBus(), of_session())
        return made

    def listen(self, bus: QDBusConnection, wanted: tuple[Wanted, ...]) -> int:
        """Hear these signals of `bus`; how many it took, 0 for a bus that is not there."""
        if not bus.isConnected():
            return 0
        return sum(
            bus.connect(one.sender, one.path, one.interface, one.name, self, SLOT(one.slot))  # type: ignore[call-overload]
            for one in wanted  # the declaration asks for bytes, with which it connects nothing
        )

    @property
    def holds(self) -> bool:
        """True while the computer would wait."""
        return self._granted is not None

    def hold_sleep(self) -> None:
        """Have the computer wait with sleeping until `let_sleep`, for as long as it allows: five seconds as a rule."""
        self._wanted = True
        if self.login is None or not self.login.isConnected() or self._asked or self._granted:
            return
        from PySide6.QtDBus import QDBusMessage, QDBusPendingCallWatcher

        asking = QDBusMessage.createMethodCall(_LOGIN, _LOGIN_PATH, f"{_LOGIN}.Manager", "Inhibit")
        asking.setArguments(["sleep", "Gridworker", "lock", "delay"])
        asking.setAutoStartService(False)
        self._asked = QDBusPendingCallWatcher(self.login.asyncCall(asking), self)
        self._asked.finished.connect(self._keep)

    def let_sleep(self) -> None:
        """Everything is locked: the computer may sleep."""
        self._wanted, self._granted = False, None

    def _keep(self, watcher: QDBusPendingCallWatcher) -> None:
        """The answer holds an open file; the computer waits until that is closed, which it is with the answer."""
        reply, self._asked = watcher.reply(), None
        watcher.deleteLater()
        if self._wanted and reply.type() is reply.MessageType.ReplyMessage:
            self._granted = reply

    @Slot()
    def asked_to_lock(self) -> None:
        self._lock()

    @Slot(bool)
    def turned(self, on: bool) -> None:
        """A lock screen came or went, or the computer is about to sleep or awake again."""
        if on:
            self._lock()
