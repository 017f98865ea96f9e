"""Small forms about the people who serve: a member, a post, the end of a post. Errors stand under their fields."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from gridworker.models.roles import ROLES
from gridworker.services.organisation import MemberForm, PostForm
from gridworker.store.queries.organisation import MemberRow, NodeChoice, PostRow
from gridworker.ui.pages.form_dialog import FormDialog
from gridworker.ui.pages.guarded_text import GuardedText
from gridworker.ui.pages.organisation.words import role_word
from gridworker.ui.pages.words import reason_words
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording


class MemberDialog(FormDialog):
    """A new member, or what is known of one."""

    def __init__(
        self, theme: Theme, wording: Wording, member: MemberRow | None, today: str, parent: QWidget
    ) -> None:
        title = (
            wording("organisation.member_edit", name=member.name)
            if member
            else wording("organisation.member_new")
        )
        super().__init__(theme, wording, title, wording("organisation.save"), parent)
        self.name = QLineEdit(member.name if member else "")
        self.phone = QLineEdit(member.work_phone if member else "")
        self.joined = QLineEdit((member.joined_on or "") if member else today)
        self.left_on = QLineEdit((member.left_on or "") if member else "")
        self.add_field("name", wording("organisation.column.name"), self.name)
        self.add_field("work_phone", wording("organisation.work_phone"), self.phone)
        self.add_field(
            "joined_on", wording("organisation.joined_on"), self.joined, wording("organisation.day_form")
        )
        if member:
            self.add_field(
                "left_on", wording("organisation.left_day"), self.left_on, wording("organisation.optional")
            )
        self.finish(self.name, self.form)

    def form(self) -> MemberForm:
        return MemberForm(self.name.text(), self.phone.text(), self.joined.text(), self.left_on.text())


class PostDialog(FormDialog):
    """A post for a member: role, node of the level that the role stands on, days, and what the notice says."""

    def __init__(
        self, theme: Theme, wording: Wording, member: MemberRow, areas: Sequence[NodeChoice], today: str,
        parent: QWidget,
    ) -> None:  # fmt: skip
        title = wording("organisation.appoint_title", name=member.name)
        super().__init__(theme, wording, title, wording("organisation.appoint_go"), parent)
        self._areas = areas
        self.role, self.area = QComboBox(), QComboBox()
        for code in ROLES:
            self.role.addItem(role_word(wording, code), code)
        self.first, self.last, self.phone = QLineEdit(today), QLineEdit(), QLineEdit()
        self.duties = GuardedText(theme, wording, wording("organisation.duties"), lines=3)
        self.add_field("role_code", wording("organisation.column.post"), self.role)
        self.add_field("area_unit_id", wording("organisation.column.area"), self.area)
        self.add_field(
            "valid_from", wording("organisation.column.first"), self.first, wording("organisation.day_form")
        )
        self.add_field(
            "valid_to", wording("organisation.column.last"), self.last, wording("organisation.optional")
        )
        self.add_field(
            "notice_phone", wording("organisation.notice_phone"), self.phone, wording("organisation.optional")
        )
        self.body.addWidget(self.duties)
        self.finish(self.role, self.form)
        self.duties.noticed.connect(self.fit)
        self.role.currentIndexChanged.connect(self._show_areas)
        self.role.setCurrentIndex(self.role.findData("micro_grid_leader"))
        self._show_areas()

    def _show_areas(self) -> None:
        level = ROLES[str(self.role.currentData())].level
        self.area.clear()
        for node in self._areas:
            if node.kind == level:
                self.area.addItem(node.name, node.id)

    def form(self) -> PostForm:
        area = self.area.currentData()
        return PostForm(
            role_code=str(self.role.currentData()),
            area_id=bytes(area) if area else b"",
            valid_from=self.first.text().strip(),
            valid_to=self.last.text(),
            notice_phone=self.phone.text(),
            duties=self.duties.text(),
        )

    def _go(self) -> None:
        if self.duties.holds_identity_number():
            self.duties.show_error(reason_words(self._wording, "identity_number"))
            self.fit()
            return
        super()._go()


class EndPostDialog(FormDialog):
    """The last day of a post."""

    def __init__(
        self, theme: Theme, wording: Wording, name: str, post: PostRow, today: str, parent: QWidget
    ) -> None:
        role = role_word(wording, post.role_code)
        super().__init__(
            theme, wording, wording("organisation.end_title", name=name, post=role), wording("organisation.end_go"),
            parent,
        )  # fmt: skip
        self.body.addWidget(
            TextLabel(
                theme, wording("organisation.end_body", area=post.area_name, first=post.valid_from), wrap=True
            )
        )
        self.last = QLineEdit(post.valid_to or today)
        self.add_field(
            "valid_to", wording("organisation.last_day"), self.last, wording("organisation.day_form")
        )
        self.finish(self.last, self.form)

    def form(self) -> str:
        return self.last.text().strip()
