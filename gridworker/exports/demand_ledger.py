"""The ledger of demands (民情台账): one line for each, masked, in the order of registration."""

from __future__ import annotations

from collections.abc import Mapping

from gridworker.exports.document import Cell, Column, ColumnKind
from gridworker.exports.ledger_book import LedgerSheet
from gridworker.exports.masking import excerpt, masked_address, masked_name, masked_phone, masked_text
from gridworker.store.demand_rows import DemandLine
from gridworker.wording import Wording

EXCERPT = 120
_NUMBERS, _CODES = ("turn",), ("no", "reported", "due", "closed", "revisited", "phone")
_COLUMNS = (
    "turn", "no", "reported", "source", "area", "place", "reporter", "phone", "type", "category", "content",
    "owner", "helper", "due", "result", "closed", "channel", "revisited", "satisfaction", "state", "remark",
)  # fmt: skip
#: Days with their time stand in two lines: even so the sheet is printed on A3.
_WIDE = {
    "turn": 5, "no": 12, "source": 8, "area": 14, "place": 14, "reporter": 11, "phone": 12, "type": 6, "category": 10,
    "content": 30, "owner": 11, "helper": 12, "result": 30, "channel": 6, "satisfaction": 8, "state": 8, "remark": 12,
}  # fmt: skip
_USUAL = 11


def demand_sheet(wording: Wording, whole: bool = False) -> LedgerSheet:
    """The columns of 民情台账."""
    return LedgerSheet(
        wording("demand_ledger.caption"),
        tuple(
            Column(wording(f"demand_ledger.column.{name}"), _kind(name), widest=_WIDE.get(name, _USUAL))
            for name in _COLUMNS
        ),
        wording("demand_ledger.note_whole" if whole else "demand_ledger.note"),
    )


def _kind(name: str) -> ColumnKind:
    if name in _NUMBERS:
        return ColumnKind.NUMBER
    return ColumnKind.CODE if name in _CODES else ColumnKind.TEXT


def demand_row(
    turn: int,
    line: DemandLine,
    wording: Wording,
    own: Mapping[tuple[str, str], str],
    *,
    whole: bool = False,
) -> tuple[Cell, ...]:
    """One line. `own` are the community's words for (catalogue, code). Persons keep surname and form of address and
    places their building, unless `whole`; telephone numbers are never whole."""
    row, building = line.row, wording("report.building", no="{no}")

    def named(catalogue: str, code: str) -> str:
        return own.get((catalogue, code)) or wording(f"catalogue.{catalogue}.{code}")

    def said(text: str) -> str | None:
        shown = masked_text(text, (), None) if whole else masked_text(text, (line.reporter,), building)
        return excerpt(shown, EXCERPT) or None

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
        (f"{row.estate} {row.place}".strip() if whole else _place(line, building)) or None,
        (line.reporter if whole and not line.child else masked_name(line.reporter, line.salutation)) or None,
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
