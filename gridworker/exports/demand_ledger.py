"""The ledger of demands (民情台账): one line for each, masked, in the order of registration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gridworker.exports.document import Cell, Column, ColumnKind, Document, Footer, Table
from gridworker.exports.masking import excerpt, masked_address, masked_name, masked_phone, masked_text
from gridworker.exports.moments import day_range
from gridworker.store.demand_rows import DemandLine
from gridworker.store.rows import Identity
from gridworker.wording import Wording

EXCERPT = 120
_NUMBERS, _CODES = ("turn",), ("no", "reported", "due", "closed", "revisited", "phone")
_COLUMNS = (
    "turn", "no", "reported", "source", "area", "place", "reporter", "phone", "type", "category", "content",
    "owner", "helper", "due", "result", "closed", "channel", "revisited", "satisfaction", "state", "remark",
)  # fmt: skip
_WIDE = {"content": 46, "result": 46, "area": 20, "place": 20, "reporter": 18}


def demand_ledger(
    lines: Iterable[DemandLine], wording: Wording, names: Mapping[tuple[str, str], str] | None = None
) -> Table:
    """The table of `lines` in the columns of 民情台账. `names` are the community's own words for (catalogue, code);
    what is built in has the words of the product. Persons keep surname and form of address, places their building."""
    own = names or {}
    return Table(
        caption=wording("demand_ledger.caption"),
        columns=tuple(
            Column(wording(f"demand_ledger.column.{name}"), _kind(name), widest=_WIDE.get(name, 16))
            for name in _COLUMNS
        ),
        rows=tuple(_line(turn, line, wording, own) for turn, line in enumerate(lines, 1)),
        note=wording("demand_ledger.note"),
    )


def demand_document(
    identity: Identity,
    node: str,
    period: tuple[str, str],
    lines: Iterable[DemandLine],
    wording: Wording,
    generated_at: str,
    names: Mapping[tuple[str, str], str] | None = None,
) -> Document:
    """The ledger of the days `period` (first, last) at `node`, made at `generated_at` (`YYYY-MM-DD HH:MM`)."""
    return Document(
        title=wording("demand_ledger.caption"),
        subtitle=wording("report.subtitle", days=day_range(*period, wording), node=node),
        summary_name=wording("demand_ledger.caption"),
        blocks=(demand_ledger(lines, wording, names),),
        language=wording.language,
        generated_at=generated_at,
        marks=(wording("report.practice_mark"),) if identity.practice else (),
        footer=Footer((wording("report.generated", time=generated_at),), wording("report.page")),
    )


def _kind(name: str) -> ColumnKind:
    if name in _NUMBERS:
        return ColumnKind.NUMBER
    return ColumnKind.CODE if name in _CODES else ColumnKind.TEXT


def _line(
    turn: int, line: DemandLine, wording: Wording, own: Mapping[tuple[str, str], str]
) -> tuple[Cell, ...]:
    row, building = line.row, wording("report.building", no="{no}")

    def named(catalogue: str, code: str) -> str:
        return own.get((catalogue, code)) or wording(f"catalogue.{catalogue}.{code}")

    def said(text: str) -> str | None:
        return excerpt(masked_text(text, (line.reporter,), building), EXCERPT) or None

    def choice(name: str, code: str) -> str | None:
        return wording(f"choices.demand.{name}.{code}") if code else None

    remark = [wording("demand_ledger.outside", no=line.outside_no)] if line.outside_no else []
    remark += [wording("demand_ledger.became", no=line.became_no)] if line.became_no else []
    return (
        turn,
        row.no,
        row.reported_at,
        named("demand_source", row.source),
        wording("report.and").join(filter(None, (line.grid, line.micro_grid))) or None,
        _place(line, building) or None,
        masked_name(line.reporter, line.salutation) or None,
        masked_phone(line.phone) or None,
        choice("type", row.type),
        named("demand_category", row.category),
        said(line.content),
        row.owner or None,
        row.referred_to or None,
        row.due_at or None,
        said(line.result),
        line.closed_at or None,
        choice("reply_channel", line.channel),
        line.revisited_at or None,
        choice("satisfaction", line.satisfaction),
        choice("state", row.state),
        wording("report.and").join(remark) or None,
    )


def _place(line: DemandLine, building: str) -> str:
    """Estate and building of a home; the name of a shop, spot or area."""
    row = line.row
    whole = f"{row.estate} {row.place}".strip()
    return (
        masked_address(whole, building) if row.household_id is not None else masked_text(whole, (), building)
    )
