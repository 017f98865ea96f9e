"""Rules of closed weeks and frozen reports, whatever op brings them, and the number of an edition. Figures that do not
fit their hash are never kept, so that what can be opened can be believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gridworker.models.days import Week
from gridworker.models.digests import sha256
from gridworker.models.erasure import erasure_id
from gridworker.models.frozen import (
    FROZEN_REPORT,
    ZERO_REPORT,
    frozen_file_id,
    frozen_item_id,
    week_close_id,
)
from gridworker.models.period import Period
from gridworker.models.registry import BY_NAME
from gridworker.store.connection import Connection
from gridworker.store.judging import Case, Rejected, authorise
from gridworker.store.statements import run
from gridworker.store.workspace import Row, Workspace


def check_frozen(case: Case, row: Row) -> None:
    """Every rule of these records for `row` as it would be kept. Raises Rejected."""
    RULES[case.entity.name](case, row)


def give_edition(case: Case, row: Row) -> bool:
    """Number a new report where the community's authority judges; elsewhere it stays provisional. True if numbered."""
    row["edition"] = None
    if not case.judge.authoritative:
        return False
    node = "area_unit_id" if row["area_unit_id"] is not None else "org_unit_id"
    others = case.workspace.children(FROZEN_REPORT, node, (row[node],))  # type: ignore[arg-type]
    given = (r["edition"] for r in others if r["id"] != row["id"] and r["period"] == row["period"])
    row["edition"] = 1 + max((int(str(number)) for number in given if number is not None), default=0)
    return True


def files_that_quote(workspace: Workspace, erased: set[bytes]) -> list[Row]:
    """The parts of every file in which words of one of the `erased` records stand."""
    items = workspace.children(BY_NAME["frozen_item"], "record_id", erased)
    reports = {row["report_id"] for row in items if row["quoted"]}
    return list(workspace.children(BY_NAME["frozen_file"], "report_id", reports)) if reports else []  # type: ignore[arg-type]


def quoting_files(connection: Connection, erased: bytes) -> list[bytes]:
    """The same on a computer that only learns of the erasure, for files the server has not judged or has refused."""
    rows = run(
        connection,
        "SELECT DISTINCT f.id FROM frozen_item i JOIN frozen_file f ON f.report_id = i.report_id "
        "WHERE i.record_id = ? AND i.quoted = 1",
        (erased,),
    )
    return [row[0] for row in rows]


def _check_close(case: Case, row: Row) -> None:
    """A micro-grid's own week, begun already. That there was nothing at all is confirmed at grid level."""
    node, week = row["micro_grid_id"], str(row["week"])
    assert isinstance(node, bytes)
    place = case.workspace.get("area_unit", node)
    if (
        place is None
        or place["deleted"]
        or place["kind"] != "micro_grid"
        or row["id"] != week_close_id(node, week)
    ):
        raise Rejected("field_invalid", "micro_grid_id", reason="not_a_reference")
    if case.judge.today and Week.parse(week).first > case.judge.today:
        raise Rejected("field_invalid", "week", reason="in_future")
    if row["zero_report"]:
        authorise(case, node, case.entity.bucket.bucket_class, ZERO_REPORT)


def _check_report(case: Case, row: Row) -> None:
    try:
        Period.parse(str(row["period"]))
    except ValueError:
        raise Rejected("field_invalid", "period", reason="not_a_period") from None
    if sha256(str(row["figures"]).encode()).hexdigest() != row["digest"]:
        raise Rejected("field_invalid", "digest", reason="altered")
    if row["supplements_id"] is None:
        return
    other = case.workspace.get("frozen_report", row["supplements_id"])
    same = ("period", "area_unit_id", "org_unit_id")
    if other is None or any(other[name] != row[name] for name in same):
        raise Rejected("field_invalid", "supplements_id", reason="not_a_reference")


def _check_item(case: Case, row: Row) -> None:
    report, record = row["report_id"], row["record_id"]
    assert isinstance(report, bytes) and isinstance(record, bytes)
    if row["entity"] not in BY_NAME or row["id"] != frozen_item_id(report, str(row["entity"]), record):
        raise Rejected("field_invalid", "record_id", reason="not_a_reference")
    _check_quoted(case, row)


def _check_quoted(case: Case, item: Row) -> None:
    """No words are kept of what was erased before they came here."""
    record = item["record_id"]
    if item["quoted"] and isinstance(record, bytes) and case.workspace.get("erasure", erasure_id(record)):
        raise Rejected("field_invalid", "record_id", reason="erased")


def _check_file(case: Case, row: Row) -> None:
    report, (edition, part, parts) = (
        row["report_id"],
        (int(str(row[n])) for n in ("edition", "part", "parts")),
    )
    assert isinstance(report, bytes)
    if part >= parts or row["id"] != frozen_file_id(report, str(row["format"]), edition, part):
        raise Rejected("field_invalid", "part", reason="not_a_reference")
    for item in case.workspace.children(BY_NAME["frozen_item"], "report_id", (report,)):
        _check_quoted(case, item)


RULES: Mapping[str, Callable[[Case, Row], None]] = MappingProxyType(
    {
        "week_close": _check_close,
        "frozen_report": _check_report,
        "frozen_item": _check_item,
        "frozen_file": _check_file,
    }
)
