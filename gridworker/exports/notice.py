"""The public notice sheet of a post: who serves where, in which post, how the office is reached, and for what.
It holds no resident's data and no private number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridworker.exports.document import Column, Document, Footer, Paragraph, Table, Voice
from gridworker.wording import Wording


@dataclass(frozen=True)
class NoticePost:
    """One post in words; `since` is `YYYY-MM-DD`, `phone` the office's."""

    name: str
    post: str
    area: str
    since: str
    phone: str
    duties: str


@dataclass(frozen=True)
class Notice:
    """What a sheet shows: the posts at a node of a community."""

    community: str
    node: str
    posts: tuple[NoticePost, ...]
    practice: bool


def notice_document(notice: Notice, wording: Wording, generated_at: str) -> Document:
    """The sheet for `notice`, made at `generated_at` (`YYYY-MM-DD HH:MM`, China time)."""
    return Document(
        title=wording("notice.title", node=notice.node),
        subtitle=notice.community,
        summary_name=wording("notice.sheet"),
        blocks=(
            Paragraph(wording("notice.lead")),
            *(block for post in notice.posts for block in _post(post, wording)),
            Paragraph(wording("notice.closing"), Voice.NOTE),
        ),
        language=wording.language,
        generated_at=generated_at,
        marks=(wording("report.practice_mark"),) if notice.practice else (),
        footer=Footer((wording("notice.made", day=generated_at[:10]),), wording("report.page")),
    )


def _post(post: NoticePost, wording: Wording) -> Sequence[Table]:
    facts = (
        ("name", post.name),
        ("post", post.post),
        ("area", post.area),
        ("since", post.since),
        ("phone", post.phone),
        ("duties", post.duties),
    )
    nothing = wording("notice.not_given")
    return (
        Table(
            caption=wording("notice.caption", name=post.name, post=post.post),
            columns=(Column(wording("notice.what"), widest=12), Column(wording("notice.how"), widest=70)),
            rows=tuple((wording(f"notice.row.{key}"), text or nothing) for key, text in facts),
        ),
    )
