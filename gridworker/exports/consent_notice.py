"""The notice to read and sign before personal data are collected, on A4: who keeps what, why, how long, and the rights
of whoever it is about. It names nobody; the lines for name and signature are empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridworker.exports.document import Column, Document, Footer, Heading, Paragraph, Table, Voice
from gridworker.wording import Wording

#: What is told, in this order.
PARTS = ("who", "purpose", "kinds", "basis", "keeping", "sharing", "rights", "refusal", "children", "needs")
_SIGNED = ("name", "guardian", "day", "witness")


@dataclass(frozen=True)
class NoticeFacts:
    """`version` of the text as consents name it; `purposes` are what can be agreed to."""

    community: str
    version: str
    purposes: Sequence[str]
    practice: bool


def consent_notice(facts: NoticeFacts, wording: Wording, generated_at: str) -> Document:
    """The notice of a community, made at `generated_at` (`YYYY-MM-DD HH:MM`)."""
    community = facts.community
    version = wording("consent_notice.version", version=facts.version)
    told = [
        block
        for part in PARTS
        for block in (
            Heading(wording(f"consent_notice.{part}.title"), 2),
            Paragraph(wording(f"consent_notice.{part}.text", community=community)),
        )
    ]
    return Document(
        title=wording("consent_notice.title"),
        subtitle=f"{community} · {version}",
        summary_name=wording("consent_notice.sheet"),
        blocks=(
            Paragraph(wording("consent_notice.lead", community=community)),
            *told,
            *_agreement(facts.purposes, wording),
        ),
        language=wording.language,
        generated_at=generated_at,
        marks=(wording("report.practice_mark"),) if facts.practice else (),
        footer=Footer((version,), wording("report.page")),
    )


def _agreement(purposes: Sequence[str], wording: Wording) -> tuple[Heading | Table | Paragraph, ...]:
    """What is ticked and signed by hand."""
    agree, sign, box = "consent_notice.agree", "consent_notice.sign", wording("consent_notice.agree.box")
    ticking = (Column(wording(f"{agree}.what"), widest=60), Column(wording(f"{agree}.tick")))
    signing = (Column(wording(f"{sign}.what"), widest=20), Column(wording(f"{sign}.how"), widest=60))
    ticked = tuple((wording(f"homes.purpose.{code}"), box) for code in purposes)
    lines = tuple((wording(f"{sign}.{name}"), "") for name in _SIGNED)
    return (
        Heading(wording(f"{agree}.title"), 2),
        Table(wording(f"{agree}.caption"), ticking, ticked),
        Table(wording(f"{sign}.caption"), signing, lines),
        Paragraph(wording("consent_notice.closing"), Voice.NOTE),
    )
