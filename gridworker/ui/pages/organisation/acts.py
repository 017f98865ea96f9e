"""Opens the dialogs of the organisation page, hands what was asked to the presenter, closes them when it is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from PySide6.QtWidgets import QDialog, QWidget

from gridworker.exports.document import Document
from gridworker.models.tree_plan import Change
from gridworker.store.queries.links import LinkChoice
from gridworker.store.queries.organisation import MemberRow, NodeChoice, NodeDetail, PostRow
from gridworker.store.rows import TreeKind
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.organisation.link_dialog import LinkDialog
from gridworker.ui.pages.organisation.member_dialogs import (
    EndPostDialog,
    MemberDialog,
    PostDialog,
)
from gridworker.ui.pages.organisation.notice_dialog import NoticeDialog
from gridworker.ui.pages.organisation.presenter import Done, Failed, OrganisationPresenter, Wish
from gridworker.ui.pages.organisation.reorganise_dialog import Questions, ReorganiseDialog
from gridworker.ui.pages.organisation.unit_dialog import UnitDialog
from gridworker.ui.theme import Theme
from gridworker.wording import Wording


class OrganisationActs:
    """`parent` is the page. One dialog is open at a time."""

    def __init__(
        self, theme: Theme, wording: Wording, presenter: OrganisationPresenter, parent: QWidget
    ) -> None:
        self._theme, self._wording, self._presenter, self._parent = theme, wording, presenter, parent
        self.dialog: QDialog | None = None

    def _open(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.open()

    def finish(self) -> None:
        """It was saved."""
        if self.dialog is not None and not isinstance(self.dialog, NoticeDialog):
            self.dialog.accept()
            self.dialog = None

    def _form(self, dialog: FormDialog, save: Callable[[Any], Done]) -> None:
        dialog.asked.connect(lambda form: self._presenter.act(lambda: save(form), dialog.show_failure))
        self._open(dialog)

    # -- people --------------------------------------------------------------------------------------------------

    def add_member(self, detail: NodeDetail) -> None:
        dialog = MemberDialog(self._theme, self._wording, None, detail.today, self._parent)
        self._form(dialog, lambda form: self._presenter.source.add_member(detail.id, form))

    def edit_member(self, member: MemberRow, today: str) -> None:
        dialog = MemberDialog(self._theme, self._wording, member, today, self._parent)
        self._form(dialog, lambda form: self._presenter.source.edit_member(member, form))

    def appoint(self, member: MemberRow, today: str) -> None:
        def show(choices: object) -> None:
            areas = cast("Sequence[NodeChoice]", choices)
            dialog = PostDialog(self._theme, self._wording, member, areas, today, self._parent)
            self._form(dialog, lambda form: self._presenter.source.appoint(member.id, form))

        self._ask(lambda: self._presenter.source.choices(TreeKind.AREA), show)

    def end_post(self, member: MemberRow, post: PostRow, today: str) -> None:
        dialog = EndPostDialog(self._theme, self._wording, member.name, post, today, self._parent)
        self._form(dialog, lambda day: self._presenter.source.end_post(post.id, day))

    def link(self, detail: NodeDetail, member: MemberRow) -> None:
        """Tick the households that a member keeps in touch with."""
        source = self._presenter.source

        def show(choices: Sequence[LinkChoice]) -> None:
            dialog = LinkDialog(self._theme, self._wording, member, choices, self._parent)

            def save(link: Sequence[bytes], unlink: Sequence[bytes]) -> None:
                self._presenter.act(lambda: source.change_links(member.id, link, unlink), dialog.show_failure)

            dialog.asked.connect(save)
            self._open(dialog)

        self._ask(lambda: source.link_choices(detail, member.id), show)

    def _ask(self, work: Callable[[], object], done: Callable[[Any], None]) -> None:
        self._presenter.ask(work, done, self._failed, "organisation.dialog")

    def _failed(self, error: Exception) -> None:
        self._presenter.fail(error)

    # -- nodes ---------------------------------------------------------------------------------------------------

    def edit_unit(self, detail: NodeDetail) -> None:
        dialog = UnitDialog(self._theme, self._wording, detail, self._parent)
        self._form(dialog, lambda values: self._presenter.source.edit_unit(detail.tree, detail.id, values))

    def reorganise(self, detail: NodeDetail) -> None:
        self._ask(
            lambda: self._presenter.source.choices(detail.tree),
            lambda choices: self._show_plan(detail, choices, (), "", None),
        )

    def prepare_move(self, tree: TreeKind, node_id: bytes, parent_id: bytes) -> None:
        source, wish = self._presenter.source, Wish("move", tree, node_id, parent_id)
        title = self._wording("organisation.move_title")

        def read() -> tuple[NodeDetail, tuple[Change, ...]]:
            detail = source.shown(tree, node_id).detail
            return detail, source.changes_of(wish, detail.today) if detail.may_tree else ()

        def show(found: tuple[NodeDetail, tuple[Change, ...]]) -> None:
            if found[1]:
                self._show_plan(found[0], (), found[1], title, None)

        self._ask(read, show)

    def take_back(self, detail: NodeDetail, plan_id: bytes) -> None:
        title = self._wording("organisation.take_back_title")
        self._ask(
            lambda: self._presenter.source.reversal(plan_id, detail.today),
            lambda changes: self._show_plan(detail, (), changes, title, plan_id),
        )

    def _show_plan(
        self, detail: NodeDetail, choices: Sequence[NodeChoice], prepared: Sequence[Change], title: str,
        reverses: bytes | None,
    ) -> None:  # fmt: skip
        dialog = ReorganiseDialog(
            self._theme,
            self._wording,
            detail,
            choices,
            self._questions(),
            self._parent,
            prepared=prepared,
            title=title,
        )

        def carry_out(changes: Sequence[Change], day: str, reason: str) -> None:
            source = self._presenter.source
            self._presenter.act(lambda: source.ask(changes, day, reason, reverses), dialog.show_failure)

        dialog.asked.connect(carry_out)
        self._open(dialog)

    def _questions(self) -> Questions:
        presenter = self._presenter
        source = presenter.source

        def changes_of(wish: Wish, day: str, done: Callable[[Any], None], failed: Failed) -> None:
            presenter.ask(lambda: source.changes_of(wish, day), done, failed, "plan.changes")

        def stairs(node: bytes, done: Callable[[Any], None], failed: Failed) -> None:
            presenter.ask(lambda: source.stairs(node), done, failed, "plan.stairs")

        def dry_run(changes: Sequence[Change], day: str, done: Callable[[Any], None], failed: Failed) -> None:
            presenter.ask(lambda: source.dry_run(changes, day), done, failed, "plan.dry_run")

        return Questions(changes_of, stairs, dry_run)

    # -- the notice ----------------------------------------------------------------------------------------------

    def notice(self, detail: NodeDetail, post_ids: Sequence[bytes]) -> None:
        source = self._presenter.source

        def show(made: tuple[Document, str]) -> None:
            dialog = NoticeDialog(self._theme, self._wording, *made, self._parent)
            dialog.handed_out.connect(
                lambda form: self._ask(lambda: source.record_notice(detail.id, form), lambda _none: None)
            )
            self._open(dialog)

        self._ask(lambda: source.notice(detail, post_ids), show)
