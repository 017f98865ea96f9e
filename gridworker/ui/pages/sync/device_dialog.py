"""This computer and its server: where it syncs to, as which number, when it last did, by when it must again, and what
happens if it does not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gridworker.store.queries.device import DeviceFacts, Lease
from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.pages.history.words import day, moment
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording


class DeviceDialog(DialogFrame):
    """Says; asks nothing."""

    def __init__(self, theme: Theme, wording: Wording, facts: DeviceFacts, parent: QWidget) -> None:
        super().__init__(theme, wording("sync.device.title"), parent)
        for text, colour in _lines(wording, facts):
            label = TextLabel(theme, text, "body", colour, wrap=True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.body.addWidget(label)
        self.body.addStretch(1)
        self.close_button = Button(theme, wording("widgets.close"), key="Esc")
        self.add_acts(self.close_button)
        self.close_button.clicked.connect(self.reject)
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)


def lease_words(wording: Wording, lease: Lease) -> str:
    """By which day it must sync, in a few words for a line of facts."""
    if lease.out:
        return wording("sync.device.short_out")
    return wording("sync.device.short", day=day(lease.until), days=lease.days_left)


def _lines(wording: Wording, facts: DeviceFacts) -> list[tuple[str, str]]:
    say = wording
    server = facts.server or say("sync.device.practice")
    last = moment(facts.last_sync_at) if facts.last_sync_at else say("sync.device.never")
    what = (
        say("sync.device.server", server=server),
        say("sync.device.who", no=f"{facts.number:02d}", login=facts.login),
        say("sync.device.last", at=last),
    )
    lines = [("\n".join(what), "text")]
    if facts.sealed:
        return [*lines, (say("sync.device.sealed"), "late"), (say("sync.device.back"), "text2")]
    if facts.lease is None:
        return [
            *lines,
            (say("sync.device.no_lease_yet" if facts.server else "sync.device.no_lease"), "text2"),
        ]
    left = facts.lease.days_left
    if facts.lease.out:
        lines.append((say("sync.device.out", day=day(facts.lease.until)), "late"))
    else:
        colour = "due" if facts.lease.warning is not None else "text"
        lines.append((say("sync.device.until", day=day(facts.lease.until), days=left), colour))
        lines.append((say("sync.device.then"), "text2"))
    return [*lines, (say("sync.device.back"), "text2")]
