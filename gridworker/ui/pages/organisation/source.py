"""The organisation page's questions and acts, put to the open profile. Runs away from the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridworker.changes import Changes
from gridworker.errors import NotFound
from gridworker.exports.document import Document
from gridworker.exports.html import render_html
from gridworker.exports.notice import Notice, NoticePost, notice_document
from gridworker.models.tree_plan import Change, Plain
from gridworker.services import buildings, organisation, reorganisation
from gridworker.services.exports import record_export
from gridworker.services.links import change_links
from gridworker.services.organisation import MemberForm, PostForm
from gridworker.services.reorganisation import Asked
from gridworker.store.queries import links, plans
from gridworker.store.queries import organisation as queries
from gridworker.store.queries.links import LinkChoice
from gridworker.store.queries.organisation import MemberRow, NodeChoice, NodeDetail, StairChoice
from gridworker.store.queries.plans import DryRun
from gridworker.store.queries.tree import scope_of
from gridworker.store.rows import TreeKind
from gridworker.ui.pages.organisation.presenter import Done, Shown, Wish, seen_values
from gridworker.ui.pages.organisation.words import role_word
from gridworker.wording import Wording


class OrganisationSource:
    """`store` is the open profile; the window passes it on to queries and services and asks it nothing else."""

    def __init__(self, store: Any, wording: Wording) -> None:
        self._store, self._wording = store, wording

    def shown(self, tree: TreeKind, node_id: bytes, stand_in: bytes | None = None) -> Shown:
        """The node, or `stand_in` for one that is none of the organisation's: a building shows its micro-grid."""
        try:
            detail = queries.node_detail(self._store, tree, node_id)
        except NotFound:
            if stand_in is None:
                raise
            detail = queries.node_detail(self._store, tree, stand_in)
        return Shown(detail, plans.plans(self._store))

    # -- people --------------------------------------------------------------------------------------------------

    def add_member(self, org_unit_id: bytes, form: MemberForm) -> Done:
        return Done(organisation.add_member(self._store, org_unit_id, form)[0], "member_added")

    def edit_member(self, seen: MemberRow, form: MemberForm) -> Done:
        return Done(organisation.edit_member(self._store, seen.id, seen_values(seen), form), "member_edited")

    def appoint(self, member_id: bytes, form: PostForm) -> Done:
        return _done(organisation.appoint(self._store, member_id, form), "appointed")

    def end_post(self, post_id: bytes, last_day: str) -> Done:
        return _done(organisation.end_post(self._store, post_id, last_day), "post_ended")

    def link_choices(self, detail: NodeDetail, member_id: bytes) -> tuple[LinkChoice, ...]:
        """The households below the node that is shown, and those linked already."""
        units = scope_of(self._store, detail.tree, detail.id).unit_ids
        return links.link_choices(self._store, sorted(units), member_id)

    def change_links(self, member_id: bytes, link: Sequence[bytes], unlink: Sequence[bytes]) -> Done:
        return Done(change_links(self._store, member_id, link, unlink).changes, "links_changed")

    # -- nodes ---------------------------------------------------------------------------------------------------

    def edit_unit(self, tree: TreeKind, node_id: bytes, values: Plain) -> Done:
        if tree is TreeKind.ORG:
            asked = organisation.edit_org_unit(self._store, node_id, values)
            return _done(asked, "unit_edited") if asked else Done(Changes(), "nothing_changed")
        changes = reorganisation.edit(self._store, tree, node_id, values)
        if not changes:
            return Done(Changes(), "nothing_changed")
        return _done(reorganisation.ask(self._store, changes, self._store.clock.today()), "unit_edited")

    def choices(self, tree: TreeKind) -> tuple[NodeChoice, ...]:
        return queries.node_choices(self._store, tree)

    def stairs(self, micro_grid_id: bytes) -> tuple[StairChoice, ...]:
        return queries.stairwells(self._store, micro_grid_id)

    def changes_of(self, wish: Wish, on: str) -> tuple[Change, ...]:
        """The changes of a plan that one act of the dialog stands for."""
        store = self._store
        to = wish.to or b""
        match wish.act:
            case "move":
                return reorganisation.move(store, wish.tree, wish.node_id, to)
            case "rename":
                return reorganisation.edit(store, wish.tree, wish.node_id, {"name": wish.name.strip()})
            case "create" if wish.tree is TreeKind.ORG:
                return reorganisation.create_org(store, wish.node_id, wish.kind, wish.name)
            case "create":
                return reorganisation.create_area(store, wish.node_id, wish.kind, wish.name, wish.code)
            case "build" if wish.site is not None:
                return buildings.build(store, wish.node_id, wish.site)
            case "split":
                return reorganisation.split(store, wish.node_id, wish.units, wish.name, wish.code)
            case "pass_on":
                return reorganisation.pass_on(wish.node_id, wish.units, to)
            case _ if wish.tree is TreeKind.ORG:
                return reorganisation.close_org(store, wish.node_id)
            case _:
                return reorganisation.close_area(store, wish.node_id, on, wish.to)

    def reversal(self, plan_id: bytes, on: str) -> tuple[Change, ...]:
        return reorganisation.reversal(self._store, plan_id, on)

    def dry_run(self, changes: Sequence[Change], on: str) -> DryRun:
        return plans.dry_run(self._store, changes, on)

    def ask(self, changes: Sequence[Change], on: str, reason: str, reverses: bytes | None) -> Done:
        return _done(reorganisation.ask(self._store, changes, on, reason, reverses), "reorganised")

    # -- the notice ----------------------------------------------------------------------------------------------

    def notice(self, detail: NodeDetail, post_ids: Sequence[bytes]) -> tuple[Document, str]:
        """The sheet for these posts, or for all present ones of the node, and how it looks on paper."""
        wording, office = self._wording, str(detail.values.get("phone") or "")
        posts = tuple(
            NoticePost(
                member.name,
                role_word(wording, post.role_code),
                post.area_name,
                post.valid_from,
                post.notice_phone or office,
                post.duties,
            )
            for member in detail.members
            for post in member.posts
            if (post.id in post_ids if post_ids else not post.is_past and not post.is_ahead)
        )
        community = self._store.identity.community_name
        moment = self._store.clock.moment().strftime("%Y-%m-%d %H:%M")
        sheet = Notice(community, detail.name, posts, self._store.known.practice)
        document = notice_document(sheet, wording, moment)
        return document, render_html(document)

    def record_notice(self, node_id: bytes, form: str) -> None:
        record_export(self._store, "post_notice", node_id, self._store.clock.today(), form)


def _done(asked: Asked, act: str) -> Done:
    return Done(asked.changes, act, asked.state, asked.plan_id)
