"""What the organisation page does: which node is shown, what was saved, when to read again. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gridworker.changes import Changes
from gridworker.exports.document import Document
from gridworker.models.op import Value
from gridworker.models.tree_plan import Change, Plain
from gridworker.services.buildings import Site
from gridworker.services.organisation import MemberForm, PostForm
from gridworker.store.queries.links import LinkChoice
from gridworker.store.queries.organisation import MemberRow, NodeChoice, NodeDetail, StairChoice
from gridworker.store.queries.plans import DryRun, PlanRow
from gridworker.store.rows import Scope, TreeKind
from gridworker.ui.pages.running import Run

_CONCERNING = (
    "area_unit", "org_unit", "org_cover", "coverage", "member", "appointment", "tree_plan", "household_link",
)  # fmt: skip
Failed = Callable[[Exception], None]


@dataclass(frozen=True)
class Shown:
    """Everything the page shows of a node."""

    detail: NodeDetail
    plans: tuple[PlanRow, ...]


@dataclass(frozen=True)
class Done:
    """An act that was saved. `state` "" is done for good; else how the plan stands (`applied`, `planned`, `requested`)
    and `plan_id` is what takes it back."""

    changes: Changes
    act: str
    state: str = ""
    plan_id: bytes | None = None


class Organisation(Protocol):
    """What the page asks of the open profile; every call may run in another thread."""

    def shown(self, tree: TreeKind, node_id: bytes, stand_in: bytes | None = None) -> Shown: ...

    def add_member(self, org_unit_id: bytes, form: MemberForm) -> Done: ...

    def edit_member(self, seen: MemberRow, form: MemberForm) -> Done: ...

    def appoint(self, member_id: bytes, form: PostForm) -> Done: ...

    def end_post(self, post_id: bytes, last_day: str) -> Done: ...

    def link_choices(self, detail: NodeDetail, member_id: bytes) -> tuple[LinkChoice, ...]: ...

    def change_links(self, member_id: bytes, link: Sequence[bytes], unlink: Sequence[bytes]) -> Done: ...

    def edit_unit(self, tree: TreeKind, node_id: bytes, values: Plain) -> Done: ...

    def choices(self, tree: TreeKind) -> tuple[NodeChoice, ...]: ...

    def stairs(self, micro_grid_id: bytes) -> tuple[StairChoice, ...]: ...

    def changes_of(self, wish: Wish, on: str) -> tuple[Change, ...]: ...

    def reversal(self, plan_id: bytes, on: str) -> tuple[Change, ...]: ...

    def dry_run(self, changes: Sequence[Change], on: str) -> DryRun: ...

    def ask(self, changes: Sequence[Change], on: str, reason: str, reverses: bytes | None) -> Done: ...

    def notice(self, detail: NodeDetail, post_ids: Sequence[bytes]) -> tuple[Document, str]: ...

    def record_notice(self, node_id: bytes, form: str) -> None: ...


@dataclass(frozen=True)
class Wish:
    """One act of a reorganisation as the dialog holds it. `act`: move, rename, create, build, split, pass_on, merge,
    close."""

    act: str
    tree: TreeKind
    node_id: bytes
    to: bytes | None = None
    name: str = ""
    code: str = ""
    kind: str = ""
    units: tuple[bytes, ...] = ()
    site: Site | None = None


class OrganisationView(Protocol):
    """What the presenter tells the page."""

    def show_node(self, shown: Shown) -> None: ...

    def told(self, done: Done) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class OrganisationPresenter:
    """Reads are asked for by topic, writes one after the other."""

    def __init__(
        self, source: Organisation, run: Run, view: OrganisationView, saved: Callable[[Changes], None]
    ) -> None:
        self.source, self._run, self._view, self._saved = source, run, view, saved
        self._node: tuple[TreeKind, bytes] | None = None
        self._stand_in: bytes | None = None
        self.shown: Shown | None = None
        self.stale = False

    def show_scope(self, scope: Scope, *, visible: bool = True) -> None:
        """Another node. A building of the area tree stands for its micro-grid."""
        if scope.linked_to is not None:
            self._node = (TreeKind.ORG, scope.linked_to)
            self.stale = True
            if visible:
                self.reload()
            return
        self._node = (scope.tree, scope.node_id)
        single = scope.tree is TreeKind.AREA and len(scope.micro_grid_ids) == 1
        self._stand_in = next(iter(scope.micro_grid_ids)) if single else None
        self.stale = True
        if visible:
            self.reload()

    def reload(self) -> None:
        if self._node is None:
            return
        (tree, node_id), stand_in = self._node, self._stand_in
        self._run(
            lambda: self.source.shown(tree, node_id, stand_in),
            self._show,
            self._view.show_error,
            topic="organisation",
        )

    def _show(self, shown: Shown) -> None:
        self.shown, self.stale = shown, False
        self._view.show_node(shown)

    def records_changed(self, changes: Changes, *, visible: bool) -> None:
        if not changes.concerns(*_CONCERNING):
            return
        self.stale = True
        if visible:
            self.reload()

    def act(self, work: Callable[[], Done], failed: Failed | None = None) -> None:
        """Do `work` away from the window, then tell what came of it."""

        def done(result: Done) -> None:
            self._view.told(result)
            self._saved(result.changes)

        self._run(work, done, failed or self._view.show_error, lane="serial")

    def ask(
        self, work: Callable[[], object], done: Callable[[object], None], failed: Failed, topic: str
    ) -> None:
        """A question of a dialog; only the newest of a topic is answered."""
        self._run(work, done, failed, topic=topic)

    def fail(self, error: Exception) -> None:
        self._view.show_error(error)

    def take_back(self, plan_id: bytes, on: str) -> None:
        """Undo a plan at once, by its reversal."""
        source = self.source
        self.act(lambda: source.ask(source.reversal(plan_id, on), on, "", plan_id))


def seen_values(member: MemberRow) -> dict[str, Value]:
    """The values of a member as its form shows them."""
    return {
        "name": member.name,
        "work_phone": member.work_phone or None,
        "joined_on": member.joined_on,
        "left_on": member.left_on,
    }
