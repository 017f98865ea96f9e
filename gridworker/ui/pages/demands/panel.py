"""One demand at the side: what was asked, who has it in hand, what happened, what may be done now."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from gridworker.models.demand_machine import RUNNING
from gridworker.store.demand_rows import DemandDetail
from gridworker.store.rows import Road
from gridworker.ui.pages.demands.log_view import LogView
from gridworker.ui.pages.demands.presenter import Opened
from gridworker.ui.pages.demands.steps import StepButtons
from gridworker.ui.pages.demands.words import BEYOND, category_word, limit_shown, source_word, state_shown
from gridworker.ui.pages.flow import FlowRow
from gridworker.ui.pages.households.facts import FactTable
from gridworker.ui.pages.link_row import LinkRow
from gridworker.ui.pages.links import links_shown
from gridworker.ui.pages.values import value_words
from gridworker.ui.pages.words import DOT, road_shown
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button, IconButton
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.labels import Chip, FactLine, Rule, TextLabel, row
from gridworker.wording import Wording

_FACTS = ("place", "reporter", "owner", "assignee", "helpers", "due", "result", "links", "outside_no")


class DemandPanel(Card):
    """`step_wanted(NextStep)`, `slip_wanted` to print the resident's slip, `rating_wanted` with its code, `closed`.
    Empty until `show_opened`."""

    step_wanted = Signal(object)
    slip_wanted = Signal()
    rating_wanted = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme, flush=True)
        self._wording = wording
        self.opened: Opened | None = None
        self.about = FactLine(theme, (), "body", "text2")
        self.title = TextLabel(theme, "", "panel", wrap=True)
        self.chips = [Chip(theme) for _ in range(4)]
        self.content = TextLabel(theme, "", wrap=True)
        self.facts = FactTable(theme, [(key, wording(f"demands.fact.{key}")) for key in _FACTS])
        self.links = LinkRow(theme, wording)
        self.log = LogView(theme, wording)
        self.steps = StepButtons(theme, wording)
        self.close_button = IconButton(theme, "x", wording("demands.close_panel"))
        self.back_button = Button(theme, wording("widgets.back"), "quiet", icon="chevron-left", small=True)
        self.slip_button = Button(
            theme, wording("demands.slip.print"), "quiet", icon="printer", key="P", small=True
        )
        self.rate_button = Button(
            theme, wording("demands.slip.rate"), "quiet", icon="check-check", key="E", small=True
        )
        self.slip_button.clicked.connect(self.slip_wanted)
        self.rate_button.clicked.connect(self.rating_wanted)
        self._fill()
        self.steps.wanted.connect(self.step_wanted)
        self.close_button.clicked.connect(self.closed)
        self.back_button.clicked.connect(self.closed)
        self.set_narrow(False)

    def _fill(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(SIZES.panel_pad, SIZES.gap_2, SIZES.gap_3, SIZES.gap_3)
        head.setSpacing(SIZES.gap_1)
        line = row(self.back_button, self.about, self.close_button)
        line.setStretch(1, 1)
        head.addLayout(line)
        head.addWidget(self.title)
        flow = FlowRow()
        for chip in self.chips:
            flow.add(chip)
        head.addWidget(flow)
        self._foot = QFrame()
        self._foot.setProperty("foot", True)
        inside = QVBoxLayout(self._foot)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(Rule())
        inside.addWidget(self.steps)
        self.body.addLayout(head)
        self.body.addWidget(Rule())
        self.body.addWidget(self._middle(), 1)

    def _middle(self) -> QScrollArea:
        inside = QWidget()
        inside.setProperty("plain", "true")
        column = self._column = QVBoxLayout(inside)
        column.setContentsMargins(SIZES.panel_pad, SIZES.gap_2, SIZES.panel_pad, SIZES.gap_2)
        column.setSpacing(SIZES.gap_2)
        column.addWidget(self.content)
        column.addWidget(self.facts)
        column.addWidget(self.links)
        column.addLayout(row(self.slip_button, self.rate_button, None))
        column.addWidget(Rule())
        column.addWidget(self.log)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.setAccessibleName(self._wording("demands.panel_name"))
        return area

    def set_narrow(self, narrow: bool) -> None:
        """In a narrow page the panel covers the list and is left with Back; the steps scroll with the rest, because
        large text leaves them no room of their own."""
        self.back_button.setVisible(narrow)
        self.close_button.setVisible(not narrow)
        if narrow:
            self._column.insertWidget(2, self._foot)
        else:
            self.body.addWidget(self._foot)

    def fit_width(self, narrow: bool) -> None:
        width = round(SIZES.side_panel * (1 + 0.6 * (self._theme.tokens.scale - 1)))
        self.setMinimumWidth(0 if narrow else width)
        self.setMaximumWidth(16_777_215 if narrow else width)

    def show_opened(self, opened: Opened) -> None:
        """Everything changes in place."""
        self.opened = opened
        wording, detail, names = self._wording, opened.detail, opened.names
        row_ = detail.row
        kind = value_words(wording, "demand", "type", row_.type)
        self.about.show_facts((row_.no, source_word(wording, names, row_.source), kind))
        self.title.setText(row_.title)
        content = str(detail.values["content"] or "")
        self.content.setText(content)
        self.content.setVisible(bool(content) and content != row_.title)
        self._show_chips(opened)
        self._show_facts(detail)
        self.links.show_links(links_shown(opened.ways, wording))
        self.log.show_log(detail.log, opened.now[:10])
        self.steps.show_steps(opened.steps, row_.state)
        self.rate_button.setVisible(row_.state == "replied")

    def _show_chips(self, opened: Opened) -> None:
        wording, demand = self._wording, opened.detail.row
        state = state_shown(demand, wording)
        self.chips[0].show_state(state.look, state.word, state.sentence)
        runs = demand.state in RUNNING and bool(demand.due_at)
        self.chips[1].setVisible(runs)
        if runs:
            clock = limit_shown(demand, wording, opened.now)
            self.chips[1].show_state(clock.look, DOT.join((clock.word, demand.due_at[5:])), clock.sentence)
        self.chips[2].show_state(None, category_word(wording, opened.names, demand.category))
        road = road_shown(demand.road, wording)
        self.chips[3].setVisible(demand.road is not Road.ALONE)
        self.chips[3].show_state(road.look, road.word)

    def _show_facts(self, detail: DemandDetail) -> None:
        wording, demand, values = self._wording, detail.row, detail.values

        def said(name: str) -> str:
            return value_words(wording, "demand", name, str(values[name] or ""))

        place = " ".join(part for part in (demand.estate, demand.place) if part)
        reply = wording("demands.wants_reply" if values["wants_reply"] else "demands.wants_no_reply")
        reporter = detail.reporter or said("reporter")
        self.facts.show_value("place", place)
        self.facts.show_value("reporter", DOT.join(x for x in (reporter, detail.phone, reply) if x))
        surfaced = wording("demands.surfaced") if demand.surfaced and demand.state in RUNNING else ""
        self.facts.show_value("owner", DOT.join(x for x in (demand.owner, surfaced) if x))
        own = values["assignee_id"] == values["owner_member_id"]
        self.facts.show_value("assignee", "" if own else demand.assignee, hide_empty=True)
        beyond = values["refer_kind"] == "up" and values["refer_level"] in BEYOND
        unit = said("refer_level") if beyond else demand.referred_to
        referred = DOT.join((unit, said("refer_kind"), said("referral")))
        self.facts.show_value("helpers", referred if demand.referral else "", hide_empty=True)
        extended = int(str(values["extend_count"] or 0))
        times = wording("demands.extended_times", count=extended) if extended else ""
        self.facts.show_value("due", DOT.join(x for x in (demand.due_at, said("urgency"), times) if x))
        result = DOT.join(x for x in (said("result_kind"), str(values["result_text"] or "")) if x)
        graded = DOT.join(x for x in (said("satisfaction"), str(values["satisfaction_reason"] or "")) if x)
        self.facts.show_value("result", DOT.join(x for x in (result, graded) if x), hide_empty=True)
        self.facts.show_value("links", "\n".join(self._links(detail)), hide_empty=True)
        self.facts.show_value("outside_no", str(values["outside_no"] or ""), hide_empty=True)

    def _links(self, detail: DemandDetail) -> list[str]:
        wording, values = self._wording, detail.values
        found = []
        if detail.merged_into is not None:
            found.append(wording("demands.merged_into", no=detail.merged_into[1]))
        if detail.merged_here:
            numbers = wording("sync.joint").join(no for _, no in detail.merged_here)
            found.append(wording("demands.merged_here", count=len(detail.merged_here), numbers=numbers))
        if values["became"]:
            became = value_words(wording, "demand", "became", str(values["became"]))
            number = str(values["became_no"] or "")
            found.append(" ".join(part for part in (wording("demands.became", what=became), number) if part))
        return found
