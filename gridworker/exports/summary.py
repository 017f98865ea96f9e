"""The report of a node for a week, month, quarter or year as a neutral document: what it rests on, an overview in
words, the tables with their figures, and how everything is counted."""

from __future__ import annotations

from collections.abc import Iterable

from gridworker.exports import summary_more as more
from gridworker.exports import summary_tables as tables
from gridworker.exports.document import (
    Block,
    Document,
    Footer,
    Heading,
    PageBreak,
    Paragraph,
    Table,
    Voice,
    printed,
)
from gridworker.exports.ledger import visit_ledger
from gridworker.exports.moments import day_range, minute_in_china
from gridworker.exports.public_edition import public_blocks
from gridworker.models.period import Period
from gridworker.store.report_rows import Summary
from gridworker.wording import Wording

_DEFINITIONS = (
    "period", "belongs", "planned", "met_rate", "coverage", "places", "demands", "contact", "closed", "in_time",
    "satisfied", "station", "in_grid", "issues", "lists", "year",
)  # fmt: skip


def summary_document(
    summary: Summary,
    wording: Wording,
    generated_at: str,
    *,
    public: bool = False,
    edition: str | None = None,
    ledger: bool = False,
) -> Document:
    """The report of `summary`, made at `generated_at` (`YYYY-MM-DD HH:MM[:SS]`, China time).

    `public` holds counts only, small ones left out. `edition` is how a frozen edition calls itself. `ledger` adds the
    visits themselves, masked, where `summary` has them. Raises ValueError if `generated_at` is no moment."""
    made = generated_at.replace("T", " ")[:16]
    rests_on = Paragraph(_data_line(summary, wording, made), Voice.NOTE)
    blocks: list[Block] = [rests_on]
    blocks += public_blocks(summary, wording) if public else _blocks(summary, wording)
    if ledger and not public:
        blocks += [PageBreak(), visit_ledger(summary.visits, wording)]
    subtitle = wording(
        "report.subtitle",
        days=day_range(summary.period.first, summary.period.last, wording),
        node=summary.node_name,
    )
    said = wording("summary.edition", subtitle=subtitle, edition=edition) if edition else subtitle
    return Document(
        title=title_of(summary, wording, public=public),
        subtitle=said,
        summary_name=wording(f"summary.name.{summary.period.kind}"),
        blocks=tuple(blocks),
        language=wording.language,
        generated_at=generated_at,
        marks=(wording("report.practice_mark"),) if summary.practice else (),
        footer=Footer((wording("report.generated", time=made),), wording("report.page")),
    )


def title_of(summary: Summary, wording: Wording, *, public: bool = False) -> str:
    """`锦澜社区网格工作周报（2026年第47周）`."""
    period = summary.period
    kind = "public" if public else period.kind
    return wording(f"summary.title.{kind}", community=summary.community, period=period_words(period, wording))


def period_words(period: Period, wording: Wording) -> str:
    """`2026年第47周`, `2026年11月`, `2026年第4季度`, `2026年`."""
    month = wording(f"report.month.{period.number}") if period.kind == "month" else ""
    number = wording(f"summary.quarter.{period.number}") if period.kind == "quarter" else period.number
    return wording(f"summary.period.{period.kind}", year=period.year, number=number, month=month)


def _data_line(summary: Summary, wording: Wording, made: str) -> str:
    """What the figures rest on. It states a time and a count, and never claims that nothing is missing."""
    if summary.complete_through:
        time = minute_in_china(summary.complete_through)
        return wording("report.data_until", time=time, unsent=summary.unsent)
    return wording("report.data_here", time=made, unsent=summary.unsent)


def _blocks(summary: Summary, wording: Wording) -> list[Block]:
    kind = summary.period.kind
    parts: list[tuple[str, list[Block | None]]] = [
        ("overview", [Paragraph(overview_words(summary, wording)), tables.overview(summary, wording)]),
        ("visits", [tables.by_grid(summary, wording), more.trend(summary, wording)]),
        ("demands", _demand_blocks(summary, wording)),
    ]
    if summary.whole:
        parts.append(("issues", [tables.issues(summary, wording), *_proposals(summary, wording)]))
        if summary.lists is not None:
            parts.append(("lists", [tables.lists(summary, wording), more.matching(summary, wording)]))
        parts.append(("not_in_use", [tables.not_in_use(wording)]))
        if kind != "year":
            parts.append((f"next_{kind}", [tables.arranged(summary, wording)]))
    parts.append(("definitions", [*_definitions(summary, wording)]))
    blocks: list[Block] = []
    for number, (name, held) in enumerate(parts, 1):
        blocks.append(
            Heading(
                wording(
                    "summary.heading.numbered",
                    number=wording(f"summary.number.{number}"),
                    words=wording(f"summary.heading.{name}"),
                )
            )
        )
        blocks += [block for block in held if block is not None]
    return blocks


def _demand_blocks(summary: Summary, wording: Wording) -> list[Block | None]:
    blocks: list[Block | None] = [
        tables.by_category(summary, wording),
        more.category_chart(summary, wording),
        more.level_chart(summary, wording),
        tables.key_demands(summary, wording),
    ]
    if summary.period.kind != "week":
        blocks += [more.by_source(summary, wording), more.spots(summary, wording)]
    if summary.causes:
        blocks.append(more.causes(summary, wording))
    return blocks


def _proposals(summary: Summary, wording: Wording) -> Iterable[Table | None]:
    return [more.proposals(summary, wording)] if summary.period.kind in ("quarter", "year") else []


def _definitions(summary: Summary, wording: Wording) -> Iterable[Paragraph]:
    texts = [wording(f"summary.definition.{name}") for name in _DEFINITIONS]
    if not summary.whole:
        texts.insert(0, wording("summary.definition.narrowed"))
    return (Paragraph(text, Voice.NOTE) for text in texts)


def overview_words(summary: Summary, wording: Wording) -> str:
    """概况: three sentences on visits, demands, and coverage with meetings."""
    if not summary.begun:
        return wording("summary.words.not_begun")
    if not summary.now.homes.households and not summary.lines:
        return wording("summary.words.empty_node")
    return wording(
        "summary.words.together",
        first=_visit_words(summary, wording),
        second=_demand_words(summary, wording),
        third=_coverage_words(summary, wording),
    )


def _visit_words(summary: Summary, wording: Wording) -> str:
    now, before = summary.now.visits, summary.before.visits
    this, last = (wording(f"summary.column.{summary.period.kind}.{name}") for name in ("now", "before"))
    last = last.lower()  # within a sentence
    if not now.attempts:
        return wording("summary.words.no_visits", this=this, last=last, before=before.attempts)
    change = now.attempts - before.attempts
    kind = "same" if not change else ("more" if change > 0 else "fewer")
    return wording(
        "summary.words.visits",
        this=this,
        attempts=now.attempts,
        met=now.met,
        rate=printed(tables.met_rate(now)),
        change=wording(f"summary.words.{kind}", last=last, count=abs(change)),
    )


def _demand_words(summary: Summary, wording: Wording) -> str:
    now = summary.now.demands
    return wording(
        "summary.words.demands",
        registered=now.registered,
        closed=now.closed,
        open=now.open,
        overdue=now.overdue,
    )


def _coverage_words(summary: Summary, wording: Wording) -> str:
    homes = summary.now.homes
    key = "coverage_meetings" if summary.whole else "coverage"
    return wording(
        f"summary.words.{key}",
        reachable=homes.reachable,
        met=homes.met_half_year,
        rate=printed(tables.half_year_coverage(homes)),
        meetings=summary.now.meetings.held,
    )
