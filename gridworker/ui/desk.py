"""The window over one open profile: trees, pages, sync state, lock. Puts the parts together and passes on what
changed; every question to the profile runs away from the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from gridworker.changes import ALL_CHANGED, Changes
from gridworker.models.roles import pages_of
from gridworker.store.rows import Identity, Scope
from gridworker.ui import desk_facts
from gridworker.ui.background import Background
from gridworker.ui.desk_facts import DeskFacts
from gridworker.ui.desk_joining import DeskJoining
from gridworker.ui.desk_leaving import DeskLeaving
from gridworker.ui.desk_memory import DeskMemory
from gridworker.ui.desk_pages import SYNC, DeskPages
from gridworker.ui.desk_rounds import ORGANISATION
from gridworker.ui.desk_search import DeskSearch
from gridworker.ui.main_window import MainWindow
from gridworker.ui.open_profile import OpenProfile
from gridworker.ui.shell_state import ShellState, SyncLine
from gridworker.ui.theme import Theme
from gridworker.ui.tree.tree_node import TreeNode
from gridworker.wording import Wording

if TYPE_CHECKING:  # a community that stands alone never needs them
    from gridworker.sync.engine import Show
    from gridworker.ui.sync_pilot import SyncPilot

#: Changes of these may change what a node limits the pages to.
_SHAPING = ("area_unit", "org_unit", "org_cover", "coverage", "household_link")
_INDEX_PAUSE_MS = 20
#: What ends by itself is looked for this often; the store does it once a day.
_TEND_MS = 3_600_000
DAY_BEGINS_MS = 1_500  # after the first page is there: nobody waits for it
_DAY_CHECK_MS = 60_000


class Desk(QObject):
    """`locked` once drafts are kept, the last push is over and the profile is closed · `look_changed(name, value)`
    for choices in the settings · `ready` when the first facts are on the screen · `posts_changed` when this person's
    posts, and with them pages and rights, are others than those the desk was made for."""

    locked = Signal()
    ready = Signal()
    posts_changed = Signal()
    look_changed = Signal(str, object)

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        profile: OpenProfile,
        first: DeskFacts,
        scope: Scope,
        memory: DeskMemory,
    ) -> None:
        super().__init__()
        self._wording, self._background, self._profile, self._memory = wording, background, profile, memory
        self._facts, self._scope = first, None  # type: tuple[DeskFacts, Scope | None]
        self._online, self._closing, self._indexed = False, False, False
        may_import = desk_facts.may(first.identity, "import")
        only = pages_of(first.identity.role_codes)
        self.pages = DeskPages(theme, wording, background, profile.store, may_import=may_import, only=only)
        self.pages.show_scope(scope)  # the first page begins to read while the window round it is made
        specs = self.pages.specs(self.look_changed.emit, memory.lock_after)
        self.window = MainWindow(theme, wording, specs, _state(wording, first, memory))
        self.pilot = _pilot(self, background, profile)
        sync = self.pilot.ask if self.pilot is not None else None
        self.pages.sync_now, self.pages.stick, self.pages.others = sync, profile.stick, profile.others
        self.search = DeskSearch(self, background, profile.store, wording, sync)
        self._leaving = DeskLeaving(self, theme, wording, background, profile)
        self.joining = DeskJoining(self, theme, wording, background, profile)
        self._connect()
        self._show_facts(first)
        self._begin(scope)

    def _connect(self) -> None:
        self.window.node_selected.connect(self._select)
        self.window.lock_requested.connect(self.lock)
        self.window.tree.details_wanted.connect(self._show_details)
        self.window.tree.move_wanted.connect(self._move_node)
        self.window.tree.allow_moves(desk_facts.may(self._facts.identity, "tree"))
        self.window.notice.decided.connect(self._settle)
        self.pages.left.connect(self.window.go_back)
        self.window.tree_remembered.connect(self._memory.remember)
        self.window.tree_fold_changed.connect(self._memory.remember_fold)
        self.pages.changed.connect(self._saved_here)
        self.pages.visit_wanted.connect(self._visit)
        self.pages.page_wanted.connect(lambda key: self.window.show_page(key, focus=True))
        if self.pilot is not None:
            self.pilot.shown.connect(self._show_sync)
            self.pilot.received.connect(self._received)
            self.pilot.may_close.connect(self._close)

    def _begin(self, scope: Scope) -> None:
        self.show_scope(scope)
        if self.pilot is not None:
            self.pilot.open(unsent=self._facts.counts.unsent + self._facts.counts.sending > 0)
        _repeat(self, _TEND_MS, self._index)
        _repeat(self, _DAY_CHECK_MS, self._begin_day)
        for work in (self._index, self._begin_day):
            QTimer.singleShot(DAY_BEGINS_MS, self, work)

    def _begin_day(self) -> None:
        """Plans for the trees that were accepted for today take effect."""

        def begun(changes: Changes) -> None:
            if changes:
                self._received(changes)

        if not self._closing:
            self._ask(desk_facts.begin_day, begun, topic="day")

    def _ask(
        self, question: Callable[[Any], Any], answered: Callable[[Any], None], topic: str | None = None
    ) -> None:
        store = self._profile.store
        self._background.run(lambda: question(store), answered, self._failed, topic=topic, owner=self)

    def _failed(self, error: Exception) -> None:
        self.pages.tell_error(error)

    # -- trees and scope -----------------------------------------------------------------------------------------

    def show_scope(self, scope: Scope) -> None:
        """Select the node of a scope that was read already and limit every page to it."""
        self.window.tree.select(scope.tree.value, scope.node_id)
        self._scoped(scope)

    @property
    def scope(self) -> Scope | None:
        """What the pages are limited to; None until the first answer."""
        return self._scope

    def node_named(self, kind: str, name: str) -> bytes:
        """The id of a node of a tree by its name. Raises StopIteration."""
        return next(node.id for node in self.nodes(kind) if node.name == name)

    def nodes(self, kind: str) -> tuple[TreeNode, ...]:
        """The nodes of a tree as they are shown, parents first."""
        return self._facts.org if kind == "org" else self._facts.area

    def go_to(self, kind: str, node_id: bytes) -> None:
        """Select a node as a person would."""
        self.window.tree.select(kind, node_id)
        self._select(kind, node_id)

    def _select(self, kind: str, node_id: bytes) -> None:
        def missing(_error: Exception) -> None:  # the node remembered is gone: begin at our own
            self._ask(desk_facts.first_scope, self.show_scope)

        store, wording = self._profile.store, self._wording
        self._background.run(
            lambda: desk_facts.scope(store, wording, kind, node_id),
            self._scoped,
            missing,
            topic="scope",
            owner=self,
        )

    def _scoped(self, scope: Scope) -> None:
        self._scope = scope
        self.pages.show_scope(scope)
        self.window.show_status(desk_facts.status_line(self._facts, scope))
        self.ready.emit()

    def _show_details(self) -> None:
        self.window.show_page(ORGANISATION, focus=True)

    def _move_node(self, kind: str, node_id: bytes, parent_id: bytes) -> None:
        self._show_details()
        self.pages.prepare_move(kind, node_id, parent_id)

    def _visit(self, household_id: bytes) -> None:
        self.window.show_page("visits", focus=True)
        self.pages.begin_visit(household_id)

    # -- what changed --------------------------------------------------------------------------------------------

    def _saved_here(self, changes: Changes) -> None:
        if self.pilot is not None:
            self.pilot.saved()
        self._received(changes)

    def _received(self, changes: Changes) -> None:
        self.pages.records_changed(changes)
        if self._scope is not None and changes.concerns(
            *_SHAPING
        ):  # the node may stand for something else now
            self._select(self._scope.tree.value, self._scope.node_id)
        self._refresh()
        self._index()

    def _refresh(self) -> None:
        wording = self._wording
        self._ask(lambda store: desk_facts.read(store, wording), self._show_facts, topic="facts")

    def _show_facts(self, facts: DeskFacts) -> None:
        made_for, self._facts = self._facts.identity, facts
        self.window.show_tree("org", facts.org)
        self.window.show_tree("area", facts.area)
        self.window.show_status(desk_facts.status_line(facts, self._scope))
        self.window.notice.show_notices(facts.notices)
        self._show_line()
        if _holder(facts.identity) != _holder(made_for) and not self._closing:
            self.posts_changed.emit()

    def _settle(self, code: str) -> None:
        self._ask(partial(desk_facts.settle_notice, code=code), lambda _none: self._saved_here(Changes()))

    def _show_line(self) -> None:
        counts = self._facts.counts
        alone = self._profile.perform is None
        self.window.show_sync_state(
            SyncLine(self._online, counts.unsent, counts.attention, alone=alone, sending=counts.sending)
        )
        tabs = {spec.key for spec in self.window.page_specs()[0]}
        for key, count, spoken in desk_facts.pills(self._facts, tabs, self._wording):
            self.window.set_count(key, count, spoken)
        waiting = self._wording("shell.sync.attention", count=counts.attention)
        self.window.set_count(SYNC, counts.attention, waiting)

    def _show_sync(self, show: Show) -> None:
        from gridworker.sync.engine import Phase, Trouble

        if show.phase in (Phase.WAITING, Phase.STOPPED):
            self._online = show.phase is Phase.WAITING and show.trouble is None
            self._ask(desk_facts.notices_now, self.window.notice.show_notices, topic="notices")
            if show.error is not None and (show.phase is Phase.STOPPED or show.trouble is Trouble.OTHER):
                self._failed(show.error)
        self._show_line()
        if show.sent or show.rows:
            self._received(ALL_CHANGED)

    def _index(self) -> None:
        """Make pulled records findable, a little at a time."""
        if self._closing:
            return

        def again(done: int) -> None:
            if done and not self._closing:
                self._indexed = True
                QTimer.singleShot(_INDEX_PAUSE_MS, self._index)
            elif self._indexed:  # the tree's filter knows the spelled names only now
                self._indexed = False
                self._refresh()

        self._background.run(self._profile.index_some, again, topic="index", owner=self, lane="network")

    # -- leaving -------------------------------------------------------------------------------------------------

    def lock(self) -> None:
        """Keep drafts, push once more if something is unsent, close the profile."""
        if self._closing:
            return
        self._closing = True
        self.pages.keep_drafts()
        self.joining.stop()
        if self.pilot is not None:
            self.pilot.lock()
        else:
            self._close()

    def retire(self) -> None:
        """Make room for another desk over the same profile: drafts are kept, nothing is closed."""
        self._closing = True
        self.pages.keep_drafts()

    def _close(self) -> None:
        self._background.run(
            self._profile.close, lambda _none: self.locked.emit(), self._closed_badly, lane="serial"
        )

    def _closed_badly(self, _error: Exception) -> None:
        self.locked.emit()  # everything acknowledged is on the disk; the next start checks the file


def _holder(who: Identity) -> tuple[str, tuple[str, ...]]:
    return who.member_name, who.role_codes


def _pilot(desk: Desk, background: Background, profile: OpenProfile) -> SyncPilot | None:
    if profile.perform is None:
        return None
    from gridworker.ui.sync_pilot import SyncPilot

    return SyncPilot(background, profile.perform, desk)


def _state(wording: Wording, facts: DeskFacts, memory: DeskMemory) -> ShellState:
    who = facts.identity
    post = desk_facts.post_word(wording, who.role_codes[0]) if who.role_codes else ""
    return ShellState(
        practice=who.practice,
        person=who.member_name or who.login,
        post=post,
        tree=memory.recall(),
        tree_width=memory.tree_width,
        tree_folded=memory.tree_folded,
    )


def _repeat(owner: QObject, interval: int, work: Callable[[], None]) -> None:
    """Do `work` every `interval` ms as long as `owner` is there."""
    timer = QTimer(owner, interval=interval)
    timer.timeout.connect(work)
    timer.start()
