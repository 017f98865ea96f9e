"""The slip that a resident takes along, small enough for A6 paper: the number of the demand, until when it is answered
and by whom, and the code to rate it with. It names neither the resident nor the door."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.exports.document import Column, Document, Footer, Paragraph, Table, Voice
from gridworker.exports.page_setup import PageSetup, Paper
from gridworker.wording import Wording

#: Two groups are read out more easily than seven signs: `FXGS WZR`.
_GROUP = 4


@dataclass(frozen=True)
class SlipFacts:
    """What a slip shows, in words; `due` is `YYYY-MM-DD HH:MM`, `answers` who answers, `phone` the office's, `code` as
    it was drawn."""

    community: str
    no: str
    category: str
    reported_at: str
    due: str
    answers: str
    phone: str
    code: str
    practice: bool


def slip_document(facts: SlipFacts, wording: Wording, generated_at: str) -> Document:
    """The slip, made at `generated_at` (`YYYY-MM-DD HH:MM`, China time)."""
    shown = (
        ("no", facts.no),
        ("category", facts.category),
        ("reported", facts.reported_at),
        ("due", facts.due),
        ("answers", facts.answers),
        ("phone", facts.phone),
        ("code", f"{facts.code[:_GROUP]} {facts.code[_GROUP:]}"),
    )
    nothing = wording("slip.not_given")
    return Document(
        title=wording("slip.title"),
        subtitle=facts.community,
        summary_name=wording("slip.sheet"),
        blocks=(
            Table(
                caption=wording("slip.caption"),
                columns=(Column(wording("slip.what"), widest=10), Column(wording("slip.how"), widest=24)),
                rows=tuple((wording(f"slip.row.{key}"), text or nothing) for key, text in shown),
            ),
            Paragraph(wording("slip.rating")),
            Paragraph(wording("slip.once"), Voice.NOTE),
        ),
        language=wording.language,
        generated_at=generated_at,
        marks=(wording("report.practice_mark"),) if facts.practice else (),
        footer=Footer((wording("slip.made", day=generated_at[:10]),), wording("report.page")),
        page=PageSetup(Paper.A6),
    )
