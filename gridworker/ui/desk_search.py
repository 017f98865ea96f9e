"""Search on the desk: what the window can be told to do, and where each kind of find leads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from gridworker.store.rows import DELIBERATED, LISTED, REFERRED, Hit, HitKind, Scope, TreeKind
from gridworker.ui import desk_facts
from gridworker.ui.background import Background
from gridworker.ui.desk_homes import HOUSEHOLDS, IMPORT
from gridworker.ui.desk_pages import VISITS, DeskPages
from gridworker.ui.main_window import SETTINGS, MainWindow
from gridworker.ui.search.finds import Command, Find
from gridworker.ui.tree.tree_node import TreeNode
from gridworker.wording import Wording


class SearchedDesk(Protocol):
    """What search asks of the desk."""

    window: MainWindow
    pages: DeskPages

    @property
    def scope(self) -> Scope | None: ...

    def nodes(self, kind: str) -> tuple[TreeNode, ...]: ...

    def go_to(self, kind: str, node_id: bytes) -> None: ...

    def show_scope(self, scope: Scope) -> None: ...

    def lock(self) -> None: ...


class DeskSearch:
    """Serves the field in the header. `sync`: exchange now, None where there is no server."""

    def __init__(
        self,
        desk: SearchedDesk,
        background: Background,
        store: Any,
        wording: Wording,
        sync: Callable[[], None] | None,
    ) -> None:
        self._desk, self._background, self._store, self._wording = desk, background, store, wording
        self._field = desk.window.header.search
        self._field.chosen.connect(self.follow)
        desk.pages.node_wanted.connect(partial(desk.go_to, "area"))
        self._field.serve(self._ask, partial(background.run, owner=self._field), self.commands(sync))

    def _ask(self, text: str) -> Sequence[Hit]:
        """What is found; every kind of it has a page on every desk."""
        from gridworker.store.queries.find import find  # many a day begins without a search

        return find(self._store, text)

    def commands(self, sync: Callable[[], None] | None) -> list[Command]:
        """Every act that can be called by typing."""
        tabs, aside = self._desk.window.page_specs()
        found = [self._go(one.key, one.title_key, one.icon, f"Alt+{at}") for at, one in enumerate(tabs, 1)]
        found += [
            self._go(one.key, one.title_key, one.icon, "Ctrl+," if one.key == SETTINGS else one.shortcut)
            for one in aside
            if one.key != IMPORT or self._desk.pages.may_import
        ]
        found.append(self._act("linked", "house", self._show_linked, ""))
        if sync is not None:
            found.append(self._act("sync_now", "refresh-cw", sync, ""))
        found.append(self._act("lock", "lock", self._desk.lock, "Ctrl+L"))
        return found

    def _go(self, key: str, title_key: str, icon: str, shortcut: str) -> Command:
        title = self._wording("search.command.go", page=self._wording(title_key))
        show = partial(self._desk.window.show_page, key, focus=True)
        return Command(key, title, icon, self._typed(key), show, shortcut)

    def _act(self, key: str, icon: str, act: Callable[[], None], shortcut: str) -> Command:
        return Command(key, self._wording(f"search.command.{key}"), icon, self._typed(key), act, shortcut)

    def _typed(self, key: str) -> tuple[str, ...]:
        words = f"search.typed.{key}"
        return tuple(self._wording(words).split()) if self._wording.has(words) else ()

    def _show_linked(self) -> None:
        """Limit every page to the own linked households; without any, say where they are made."""
        desk, org = self._desk, TreeKind.ORG.value
        node = next((node for node in desk.nodes(org) if node.kind == desk_facts.LINKED), None)
        if node is not None:
            desk.window.tree.filter.clear()
            desk.go_to(org, node.id)
            return
        desk.window.show_page(HOUSEHOLDS, focus=True)
        desk.pages.made(HOUSEHOLDS).undo_bar.tell(self._wording("search.no_links"))

    def follow(self, chosen: Find) -> None:
        """Go where a chosen line leads."""
        if chosen.command is not None:
            chosen.command.run()
        elif chosen.hit is not None:
            self._open(chosen.hit)

    def _open(self, hit: Hit) -> None:
        window = self._desk.window
        if hit.kind is HitKind.NODE and hit.tree is not None:
            window.tree.filter.clear()
            self._desk.go_to(hit.tree.value, hit.id)
        elif hit.kind is HitKind.VISIT:
            window.show_page(VISITS, focus=True)
            self._desk.pages.open_visit(hit.id)
        elif hit.kind in (HitKind.SHOP, HitKind.SPOT):
            self._reach(
                hit.unit_id or b"", partial(self._desk.pages.homes.open_place, hit.kind.value, hit.id)
            )
        elif hit.kind is HitKind.DEMAND or hit.kind in (*LISTED, *DELIBERATED, *REFERRED):
            self._desk.pages.rounds.open_record(hit.kind.value, hit.id)
        elif hit.household_id is not None:
            self._reach(hit.unit_id or b"", partial(self._show, hit.household_id))

    def _reach(self, unit_id: bytes, show: Callable[[], None]) -> None:
        """Show what stands at a stairwell; where the selected node does not hold it, the community takes its place."""
        scope = self._desk.scope
        if scope is not None and unit_id in scope.unit_ids:
            show()
            return

        def widened(found: Scope) -> None:
            self._desk.window.tree.filter.clear()
            self._desk.show_scope(found)
            show()

        self._background.run(
            lambda: desk_facts.scope_with(self._store, unit_id),
            widened,
            self._desk.pages.tell_error,
            topic="scope",
            owner=self._field,
        )

    def _show(self, household_id: bytes) -> None:
        self._desk.window.show_page(HOUSEHOLDS, focus=True)
        self._desk.pages.open_household(household_id)
