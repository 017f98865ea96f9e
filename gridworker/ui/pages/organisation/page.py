"""The organisation page: members and posts of the selected node, what is known about it, and the plans for the trees.
Widgets only; what happens is the presenter's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from gridworker.changes import Changes
from gridworker.store.queries.organisation import MemberRow, PostRow
from gridworker.store.rows import Scope, TreeKind
from gridworker.ui.background import Background
from gridworker.ui.page import PageFrame
from gridworker.ui.pages.organisation.about_card import AboutCard
from gridworker.ui.pages.organisation.acts import OrganisationActs
from gridworker.ui.pages.organisation.presenter import Done, Organisation, OrganisationPresenter, Shown
from gridworker.ui.pages.organisation.words import member_lines, plan_state, plan_words
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.banner import Banner
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.ui.widgets.lines_table import Line, LineColumn, LinesTable
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

MEMBERS, ABOUT, PLANS = "members", "about", "plans"


class OrganisationPage(PageFrame):
    """`changed(Changes)` after a save · `left` when Esc leads back. The window tells it `show_scope` and
    `records_changed`."""

    changed = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme, wording: Wording, background: Background, source: Organisation) -> None:
        super().__init__(theme, wording, wording("organisation.title"))
        say = wording
        self.views = Segment(
            theme, [(key, say(f"organisation.view.{key}")) for key in (MEMBERS, ABOUT, PLANS)],
            name=say("organisation.which_view"), small=True,
        )  # fmt: skip
        self.notice_button = Button(theme, say("organisation.notice"), icon="printer", key="Ctrl+P")
        self.reorganise_button = Button(theme, say("organisation.reorganise"), icon="network", key="Ctrl+R")
        self.add_button = Button(theme, say("organisation.add_member"), "primary", icon="plus", key="Ctrl+M")
        self.edit_button = Button(theme, say("organisation.edit_member"), key="↵", small=True)
        self.appoint_button = Button(theme, say("organisation.appoint"), key="Ctrl+T", small=True)
        self.end_button = Button(theme, say("organisation.end_post"), key="Del", small=True)
        self.link_button = Button(theme, say("organisation.link"), key="Ctrl+H", small=True)
        self.back_button = Button(theme, say("organisation.take_back"), small=True)
        self.banner = Banner(theme, "info", "info")
        self.members = LinesTable(theme, say("organisation.members_name"), _member_columns(wording))
        self.plans = LinesTable(theme, say("organisation.plans_name"), _plan_columns(wording))
        self.plan_text = TextLabel(theme, "", "body", "text2", wrap=True)
        self.about = AboutCard(theme, wording)
        self.stack = QStackedWidget()
        self.presenter = OrganisationPresenter(
            source, partial(background.run, owner=self), self, self.changed.emit
        )
        self.acts = OrganisationActs(theme, wording, self.presenter, self)
        self._fill()
        self._connect()
        self._bind()

    def _fill(self) -> None:
        self.views.choose(MEMBERS)
        self.add_control(self.add_button)
        self.body.addLayout(row(self.views, None, self.notice_button, self.reorganise_button))
        self.stack.addWidget(
            self._card(self.members, self.edit_button, self.appoint_button, self.end_button, self.link_button)
        )
        self.stack.addWidget(self._card(self.plans, self.back_button))
        line = QHBoxLayout()
        line.setSpacing(SIZES.gap_3)
        line.addWidget(self.stack, 1)
        line.addWidget(self.about)
        self.body.addWidget(self.banner)
        self.body.addLayout(line, 1)
        self.banner.say(self._wording("organisation.under_server"))
        self.banner.hide()
        self._arrange()

    def _card(self, table: LinesTable, *buttons: Button) -> QWidget:
        card = Card(self._theme, flush=True)
        card.body.addWidget(table)
        if table is self.plans:
            card.body.addWidget(self.plan_text)
            self.plan_text.setContentsMargins(SIZES.gap_3, SIZES.gap_2, SIZES.gap_3, SIZES.gap_2)
        card.add_footer(*buttons, None)
        return card

    def _connect(self) -> None:
        self.views.chosen.connect(lambda _: self._arrange())
        self.narrow_changed.connect(lambda _: self._arrange())
        self.notice_button.clicked.connect(self._notice)
        self.reorganise_button.clicked.connect(self._reorganise)
        self.add_button.clicked.connect(self._add)
        self.edit_button.clicked.connect(self._edit)
        self.appoint_button.clicked.connect(self._appoint)
        self.end_button.clicked.connect(self._end)
        self.link_button.clicked.connect(self._link)
        self.back_button.clicked.connect(self._take_back)
        self.members.chosen.connect(lambda _: self._show_acts())
        self.members.opened.connect(lambda _: self._edit())
        self.plans.chosen.connect(lambda _: self._show_acts())
        self.about.edit_button.clicked.connect(self._edit_unit)
        for table in (self.members, self.plans):
            table.left.connect(self.left)

    def _bind(self) -> None:
        say = self._wording
        acts = {"Ctrl+P": self._notice, "Ctrl+R": self._reorganise, "Ctrl+M": self._add, "Ctrl+T": self._appoint,
                "Del": self._end, "Ctrl+H": self._link, "Ctrl+I": self._edit_unit, "Esc": self.left.emit}  # fmt: skip
        self.bind_keys(acts)
        names = {"Ctrl+M": "add", "↵": "edit", "Ctrl+T": "appoint", "Del": "end", "Ctrl+H": "link", "Ctrl+I": "unit",
                 "Ctrl+R": "reorganise", "Ctrl+P": "notice", "Esc": "back"}  # fmt: skip
        self.set_hints([KeyHint(key, say(f"organisation.hint.{name}")) for key, name in names.items()])

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        """Show the selected node."""
        self.presenter.show_scope(scope, visible=self.isVisible())

    def records_changed(self, changes: Changes) -> None:
        self.presenter.records_changed(changes, visible=self.isVisible())

    def page_shown(self) -> None:
        if self.presenter.stale:
            self.presenter.reload()

    def first_focus(self) -> QWidget | None:
        return self.members if self.views.current() == MEMBERS else self.views

    # What the presenter tells

    def show_node(self, shown: Shown) -> None:
        detail, wording = shown.detail, self._wording
        self.title.setText(detail.name)
        self.set_scope_line(() if self.is_narrow else (" / ".join(detail.path[:-1]),))
        joint = wording("organisation.spoken_joint")
        before = self.members.current_key()
        self.members.show_lines(
            [
                Line(key, cells, joint.join(c for c in cells if c), dim)
                for key, cells, dim in member_lines(detail.members, wording)
            ]
        )
        _stay_with(self.members, before)
        rows = [
            (p, (p.effective_on, plan_state(p, wording), plan_words(p, wording), p.reason, p.by))
            for p in shown.plans
        ]
        over = ("refused", "reversed")
        self.plans.show_lines([Line(p.id, c, joint.join(filter(None, c)), p.state in over) for p, c in rows])
        self.members.rest_on_first()
        self.plans.rest_on_first()
        self.about.show_node(detail)
        self.banner.setVisible(detail.may_tree and not detail.is_authority)
        self._show_acts()

    def told(self, done: Done) -> None:
        """What was done, and how it can be taken back."""
        self.acts.finish()
        words = self._wording(f"organisation.told.{done.act}")
        if done.state in ("requested", "planned"):
            words = self._wording(f"organisation.told.{done.state}")
        undo: Callable[[], None] | None = None
        if done.plan_id is not None and done.state in ("applied", "planned"):
            undo = partial(self.presenter.take_back, done.plan_id, self._today())
        self.undo_bar.tell(words, undo)

    # How it is laid out

    def _arrange(self) -> None:
        """Beside each other where there is room; else one of the three fills the page."""
        chosen = self.views.current()
        for button in (self.notice_button, self.reorganise_button, self.edit_button, self.appoint_button,
                       self.end_button, self.link_button, self.about.edit_button):  # fmt: skip
            button.set_key_shown(not self.is_narrow)
        self.views.button(ABOUT).setVisible(self.is_narrow)
        if not self.is_narrow and chosen == ABOUT:
            self.views.choose(MEMBERS)
            chosen = MEMBERS
        alone = self.is_narrow and chosen == ABOUT
        self.stack.setVisible(not alone)
        self.about.setVisible(alone or not self.is_narrow)
        self.about.set_alone(alone)
        if chosen != ABOUT:
            self.stack.setCurrentIndex((MEMBERS, PLANS).index(chosen))

    def _today(self) -> str:
        return self.presenter.shown.detail.today if self.presenter.shown else ""

    def _chosen(self) -> tuple[MemberRow | None, PostRow | None]:
        """The member and the post of the row that is selected."""
        key, shown = self.members.current_key(), self.presenter.shown
        if not isinstance(key, tuple) or shown is None:
            return None, None
        member = next((m for m in shown.detail.members if m.id == key[0]), None)
        post = next((p for p in member.posts if p.id == key[1]), None) if member else None
        return member, post

    def _show_acts(self) -> None:
        shown = self.presenter.shown
        if shown is None:
            return
        detail, (member, post) = shown.detail, self._chosen()
        for button in (self.edit_button, self.appoint_button, self.end_button):
            button.setVisible(detail.may_posts)
            button.setEnabled(member is not None)
        self.link_button.setVisible(detail.may_link)
        self.link_button.setEnabled(member is not None)
        self.end_button.setEnabled(post is not None and not post.is_past)
        self.add_button.setVisible(detail.may_posts and detail.tree.value == "org")
        self.reorganise_button.setVisible(detail.may_tree)
        self.about.edit_button.setVisible(detail.may_tree)
        plan = next((p for p in shown.plans if p.id == self.plans.current_key()), None)
        self.plan_text.setText(
            plan_words(plan, self._wording) if plan else self._wording("organisation.no_plans")
        )
        self.back_button.setVisible(detail.may_tree)
        self.back_button.setEnabled(plan is not None and plan.state in ("applied", "planned"))

    # What the person does

    def _add(self) -> None:
        if self.add_button.isVisibleTo(self) and self.presenter.shown:
            self.acts.add_member(self.presenter.shown.detail)

    def _edit(self) -> None:
        member, _ = self._chosen()
        if member and self.edit_button.isVisibleTo(self):
            self.acts.edit_member(member, self._today())

    def _appoint(self) -> None:
        member, _ = self._chosen()
        if member and self.appoint_button.isVisibleTo(self):
            self.acts.appoint(member, self._today())

    def _end(self) -> None:
        member, post = self._chosen()
        if member and post and self.end_button.isEnabled() and self.end_button.isVisibleTo(self):
            self.acts.end_post(member, post, self._today())

    def _link(self) -> None:
        member, _ = self._chosen()
        shown = self.presenter.shown
        if member and shown and shown.detail.may_link:
            self.acts.link(shown.detail, member)

    def _edit_unit(self) -> None:
        shown = self.presenter.shown
        if shown and shown.detail.may_tree:
            self.acts.edit_unit(shown.detail)

    def _reorganise(self) -> None:
        shown = self.presenter.shown
        if shown and shown.detail.may_tree:
            self.acts.reorganise(shown.detail)

    def _take_back(self) -> None:
        shown, key = self.presenter.shown, self.plans.current_key()
        if shown and isinstance(key, bytes):
            self.acts.take_back(shown.detail, key)

    def _notice(self) -> None:
        shown = self.presenter.shown
        if shown:
            _, post = self._chosen()
            self.acts.notice(shown.detail, (post.id,) if post and self.members.hasFocus() else ())

    def prepare_move(self, tree: TreeKind, node_id: bytes, parent_id: bytes) -> None:
        """A node was dropped on another one: the plan is put together, not carried out."""
        self.acts.prepare_move(tree, node_id, parent_id)


def _member_columns(wording: Wording) -> tuple[LineColumn, ...]:
    say = wording
    return (
        LineColumn(say("organisation.column.name"), "演示·欧阳小明", wide=True),
        LineColumn(say("organisation.column.post"), say("shell.post.full_time_grid_worker")),
        LineColumn(say("organisation.column.area"), "1702 微网格", gives_way=1),
        LineColumn(say("organisation.column.first"), "2026-12-30", gives_way=5),
        LineColumn(say("organisation.column.last"), "2026-12-30", gives_way=2),
        LineColumn(say("organisation.column.linked"), "120", gives_way=3),
        LineColumn(say("organisation.column.phone"), "100-0000-0117", gives_way=4),
    )


def _plan_columns(wording: Wording) -> tuple[LineColumn, ...]:
    say = wording
    return (
        LineColumn(say("organisation.column.day"), "2026-12-30"),
        LineColumn(say("organisation.column.state"), say("organisation.plan_state.requested")),
        LineColumn(say("organisation.column.what"), "演示", wide=True),
        LineColumn(say("organisation.column.reason"), "网格划分不匀", gives_way=2),
        LineColumn(say("organisation.column.by"), "演示·欧阳小明", gives_way=1),
    )


def _stay_with(members: LinesTable, before: object) -> None:
    """The row of a member who got a post, or lost one, is another; it stays the chosen one all the same."""
    if not isinstance(before, tuple) or members.current_key() == before:
        return
    keys = [line.key for line in members.lines()]
    place = next((at for at, key in enumerate(keys) if isinstance(key, tuple) and key[0] == before[0]), None)
    if place is not None:
        members.choose(place)
