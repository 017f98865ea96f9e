"""What people of a household agreed to and what they asked for, with the ways to take either back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from gridworker.store.care_rows import Care, ConsentRow, NeedRow
from gridworker.ui.pages.flow import FlowRow
from gridworker.ui.pages.words import DOT, code_word
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.wording import Wording


class CarePane(QScrollArea):
    """`withdraw_asked(ConsentRow)`, `end_asked(NeedRow)`, `notice_asked`. Fills itself anew for every household."""

    withdraw_asked = Signal(object)
    end_asked = Signal(object)
    notice_asked = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self._shown: Care | None = None
        self.buttons: list[Button] = []
        self.notice_button = Button(theme, wording("homes.notice.button"), icon="printer", small=True)
        self.notice_button.clicked.connect(self.notice_asked)
        inside = QWidget()
        inside.setProperty("plain", "true")
        outer = QVBoxLayout(inside)
        outer.setContentsMargins(SIZES.panel_pad, SIZES.gap_3, SIZES.panel_pad, SIZES.gap_3)
        self._column = QVBoxLayout()
        self._column.setSpacing(SIZES.gap_2)
        outer.addLayout(self._column)
        outer.addStretch(1)
        acts = FlowRow()
        acts.add(self.notice_button)
        outer.addWidget(acts)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inside)
        self.setAccessibleName(wording("homes.care.title"))

    def show_care(self, care: Care) -> None:
        if care == self._shown:
            return
        self._shown = care
        self.buttons.clear()
        while (item := self._column.takeAt(0)) is not None:
            part = item.widget()
            if part is not None:
                part.deleteLater()
        wording = self._wording
        if care.may_see_needs:
            self._head("homes.care.needs")
            for need in care.needs:
                words = self._need_words(need)
                self._line(words, wording("homes.care.end"), partial(self.end_asked.emit, need))
            if not care.needs:
                self._say(wording("homes.care.no_needs"), "text2")
        self._head("homes.care.consents")
        for consent in care.consents:
            act = partial(self.withdraw_asked.emit, consent) if consent.withdrawn_on is None else None
            self._line(self._consent_words(consent), wording("homes.care.withdraw"), act)
        if not care.consents:
            self._say(wording("homes.care.no_consents"), "text2")
        if not care.consents or (care.may_see_needs and not care.needs):
            self._say(wording("homes.care.how" if care.may_see_needs else "homes.care.how_consent"), "text2")

    def _head(self, key: str) -> None:
        self._column.addWidget(TextLabel(self._theme, self._wording(key), "body_bold", "text2"))

    def _say(self, text: str, colour: str = "text") -> TextLabel:
        label = TextLabel(self._theme, text, "body", colour, wrap=True)
        self._column.addWidget(label)
        return label

    def _line(self, words: str, verb: str, act: Callable[[], None] | None) -> None:
        holder = QWidget()
        label = TextLabel(self._theme, words, wrap=True)
        line = row(label)
        line.setStretch(0, 1)
        if act is not None:
            button = Button(self._theme, verb, "quiet", small=True)
            button.setAccessibleName(f"{verb} {words}")
            button.clicked.connect(act)
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
            self.buttons.append(button)
        holder.setLayout(line)
        self._column.addWidget(holder)

    def _need_words(self, need: NeedRow) -> str:
        wording = self._wording
        facts = (
            need.person,
            wording(f"homes.need_kind.{need.need}"),
            wording("homes.care.until", day=need.valid_until),
            "" if need.by_self else wording("homes.care.for_them"),
            need.note,
        )
        return DOT.join(fact for fact in facts if fact)

    def _consent_words(self, consent: ConsentRow) -> str:
        wording = self._wording
        ends = wording("homes.care.withdrawn", day=consent.withdrawn_on) if consent.withdrawn_on else ""
        names = wording("homes.list_comma")
        facts = (
            consent.person,
            names.join(code_word(wording, "homes.purpose", code) for code in consent.purposes),
            names.join(code_word(wording, "homes.personal", code) for code in consent.fields),
            wording("homes.care.separate") if consent.separate else "",
            wording("homes.care.given", day=consent.given_on, how=wording(f"homes.method.{consent.method}")),
            wording("homes.care.version", version=consent.notice_version),
            ends,
        )
        return DOT.join(fact for fact in facts if fact)
