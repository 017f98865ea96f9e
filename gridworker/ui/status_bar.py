"""The status bar: last full sync, data scope, encryption, backup; or the keys of the present page. F1 at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedWidget

from gridworker.ui.shell_state import StatusLine
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.key_hints import KeyHint, KeyHintRow, StatusFact, StatusFacts
from gridworker.wording import Wording


class StatusBar(QFrame):
    """28 high. A page may put its keys in place of the facts; the encryption fact is then shown beside F1."""

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.setObjectName("Status")
        self.facts = StatusFacts(theme)
        self.keys = KeyHintRow(theme)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.facts)
        self._stack.addWidget(self.keys)
        self._help = KeyHintRow(theme, [KeyHint("F1", wording("shell.status.help"))])
        self._help.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SIZES.gap_3, 0, SIZES.gap_3, 0)
        layout.setSpacing(SIZES.gap_4)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._help)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_status(self, line: StatusLine) -> None:
        say = self._wording
        if line.last_sync:
            sync = StatusFact(
                "refresh-cw",
                say("shell.status.last_sync", at=line.last_sync),
                say("shell.status.last_sync_short", at=line.last_sync),
            )
        else:
            sync = StatusFact(
                "refresh-cw", say("shell.status.never_synced"), say("shell.status.never_synced_short")
            )
        facts = [sync]
        if line.scope:
            facts.append(StatusFact("map", say("shell.status.scope", scope=line.scope), line.scope))
        if line.encrypted:
            facts.append(StatusFact("lock", say("shell.status.encrypted")))
        if line.backup:
            facts.append(StatusFact("archive", say("shell.status.backup", at=line.backup)))
        self.facts.show_facts(facts)

    def show_hints(self, hints: Sequence[KeyHint]) -> None:
        """The page's keys instead of the facts; the facts again for an empty list."""
        self.keys.show_hints(hints)
        self._stack.setCurrentWidget(self.keys if hints else self.facts)

    def _restyle(self) -> None:
        self.setFixedHeight(self._theme.height(SIZES.status))
