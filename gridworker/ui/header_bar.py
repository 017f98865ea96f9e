"""The header: search and practice mark at the left; line to the server, person and lock at the right."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from gridworker.ui.search.search_box import SearchBox
from gridworker.ui.shell_state import SyncLine
from gridworker.ui.states import look
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import IconButton
from gridworker.ui.widgets.labels import IconLabel, Rule, TextLabel, row
from gridworker.ui.widgets.painting import paint_rounded, paint_text
from gridworker.ui.widgets.practice_mark import PracticeMark
from gridworker.wording import Wording

_GAP = 4
_BETWEEN = 16


class SyncSummary(QWidget):
    """Symbol and words: 离线 · 3 条未发送 · 1 条待处理. Being offline is normal, so it is never red."""

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self._line = SyncLine()
        self._tight = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)
        self.show_line(self._line)

    def show_line(self, line: SyncLine) -> None:
        self._line = line
        spoken = self._wording("shell.sync.joint").join(text for _, text, _, _ in self._pieces(tight=False))
        self.setAccessibleName(spoken)
        self.setToolTip(spoken)
        self.updateGeometry()
        self.update()

    def set_tight(self, tight: bool) -> None:
        """Short words without separators for narrow windows."""
        if tight != self._tight:
            self._tight = tight
            self.updateGeometry()
            self.update()

    def _pieces(self, *, tight: bool) -> list[tuple[str, str, str, str]]:
        """(icon, text, colour, font style) of each piece."""
        line, say = self._line, self._wording
        short = "_short" if tight else ""
        state = look("line", "online" if line.online else "offline")
        pieces = [(state.icon, say(state.wording_key), state.colour, "body_bold")]
        if line.alone:
            pieces = [("laptop", say(f"shell.sync.alone{short}"), "text2", "body")]
        sending = line.sending if line.online else 0  # without a line nothing is on its way
        for name, key, count in (
            ("saved", "unsent", line.unsent + line.sending - sending),
            ("sending", "sending", sending),
        ):
            if count:
                road = look("road", name)
                pieces.append((road.icon, say(f"shell.sync.{key}{short}", count=count), road.colour, "body"))
        if line.attention:
            alarm = look("road", "attention")
            text = say(f"shell.sync.attention{short}", count=line.attention)
            pieces.append((alarm.icon, text, alarm.colour, "body"))
        if line.online and not (line.unsent or line.sending or line.attention):
            pieces.append(("check", say("shell.sync.all_sent"), "text2", "body"))
        return pieces

    def sizeHint(self) -> QSize:
        size = self._theme.tokens.icon(SIZES.icon)
        pieces = self._pieces(tight=self._tight)
        width = sum(
            size + _GAP + self._theme.metrics(style).horizontalAdvance(text) + 1
            for _, text, _, style in pieces
        )
        return QSize(width + (len(pieces) - 1) * _BETWEEN, self._theme.height(SIZES.control_small))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter, x = self._theme, QPainter(self), 0
        size = theme.tokens.icon(SIZES.icon)
        for position, (icon, text, colour, style) in enumerate(self._pieces(tight=self._tight)):
            if position:
                dot = QRect(x - _BETWEEN // 2 - 1, self.height() // 2, 2, 2)
                paint_rounded(painter, dot, 1, theme.colour("text2"), None)
            theme.icons.paint(painter, icon, QRect(x, 0, size, self.height()), size, theme.colour(colour))
            x += size + _GAP
            width = theme.metrics(style).horizontalAdvance(text) + 1
            at = QRect(x, 0, width, self.height())
            paint_text(painter, at, text, theme.font(style), theme.colour(colour))
            x += width + _BETWEEN


class HeaderBar(QFrame):
    """44 high. `lock_requested` from the lock button, the last one."""

    lock_requested = Signal()

    def __init__(self, theme: Theme, wording: Wording, *, practice: bool) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("Header")
        self.search = SearchBox(theme, wording)
        self.practice_mark = PracticeMark(theme, wording("shell.practice_mark"))
        self.practice_mark.setToolTip(wording("shell.practice_tip"))
        if not practice:  # shown by its parent: alone it would be a window of its own for a moment
            self.practice_mark.hide()
        self.sync = SyncSummary(theme, wording)
        self._person_icon = IconLabel(theme, "circle-user-round", "text")
        self._person = TextLabel(theme, "", "body")
        self._post = TextLabel(theme, "", "body", "text2")
        self.lock = IconButton(theme, "lock", wording("shell.lock"))
        self.lock.clicked.connect(self.lock_requested)
        self._rule = Rule(vertical=True)
        left: tuple[QWidget | None, ...] = (self.search, self.practice_mark, None)
        person = (self._person_icon, self._person, self._post, self.lock)
        layout = row(*left, self.sync, SIZES.gap_1, self._rule, SIZES.gap_1, *person)
        layout.setContentsMargins(SIZES.gap_3, 0, SIZES.gap_3, 0)
        self.setLayout(layout)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_person(self, name: str, post: str) -> None:
        self._person.setText(name)
        self._post.setText(post)
        for part in (self._person_icon, self._rule):
            part.setVisible(bool(name))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Narrow: the post goes and the line takes its short words, so that nothing is cut."""
        narrow = self.width() / self._theme.tokens.scale < SIZES.window_min_width
        self.sync.set_tight(narrow)
        self._post.setVisible(self.width() / self._theme.tokens.scale >= SIZES.narrow)

    def _restyle(self) -> None:
        self.setFixedHeight(self._theme.height(SIZES.header))
        self._rule.setFixedHeight(self._theme.tokens.icon(20))
        self._fit()
