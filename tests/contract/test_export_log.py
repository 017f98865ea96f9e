"""What is let out anywhere is read by the office and by nobody else: the line travels there, and stays nowhere on the
way but on the computer that let it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridworker.exports.leaving import let_out
from gridworker.models.export import EXPORT_LOG
from gridworker.models.op import Draft, OpKind, Outcome
from gridworker.services.exports import ExportRegister
from gridworker.store.export_rows import Release
from gridworker.store.queries.exports import export_log
from tests.contract.rig import Desk, Rig, ask, op
from tests.contract.test_lists import rejected, settle
from tests.contract.village import named

GRID = named("grid_a")
RELEASE = Release("两委例会", "街道社区治理科")


def export(desk: Desk, folder: Path, name: str = "a.csv") -> None:
    register = ExportRegister(desk.store, "visits", GRID, "2026-W47", "csv")
    let_out(lambda: b"1,2", "csv", folder / name, RELEASE, register)


def lines(desk: Desk) -> list[tuple[str, str, str]]:
    return [(line.what, line.purpose, line.recipient) for line in export_log(desk.store).lines]


def test_the_office_reads_what_others_let_out(rig: Rig, tmp_path: Path) -> None:
    chief, other, steward, viewer = (rig.desk(one) for one in ("grid_a", "grid_a", "steward_a1", "viewer"))
    office, second = rig.desk("secretary"), rig.desk("secretary")
    everybody = (chief, other, steward, viewer, office, second)
    settle(*everybody)
    export(chief, tmp_path)
    export(viewer, tmp_path, "b.csv")
    assert chief.one("SELECT count(*) FROM export_log") == 1  # until the server has it
    settle(*everybody)
    line = ("visits", RELEASE.purpose, RELEASE.recipient)
    for desk in (office, second):
        assert lines(desk) == [line] * 2
        assert export_log(desk.store).whole
        assert len({one.by for one in export_log(desk.store).lines}) == 2
    for desk in (chief, other, steward, viewer):
        assert desk.one("SELECT count(*) FROM export_log") == 0
        assert not export_log(desk.store).whole
    assert (lines(chief), lines(viewer)) == ([line], [line])  # what this computer knows itself
    assert lines(other) == lines(steward) == []
    assert rejected(*everybody) == []


def test_what_the_office_lets_out_stays_on_its_computers(rig: Rig, tmp_path: Path) -> None:
    office, second = rig.desk("secretary"), rig.desk("secretary")
    settle(office, second)
    export(office, tmp_path)
    settle(office, second)
    assert lines(office) == lines(second)
    assert len(lines(office)) == 1


def test_the_log_is_not_changed_nor_signed_with_anothers_name(rig: Rig, tmp_path: Path) -> None:
    office, chief = rig.desk("secretary"), rig.desk("grid_a")
    settle(office, chief)
    export(office, tmp_path)
    record = office.one("SELECT id FROM export_log")
    for draft in (
        Draft(EXPORT_LOG.name, record, OpKind.SET, {"recipient": "别人"}, {"recipient": RELEASE.recipient}),
        Draft(EXPORT_LOG.name, record, OpKind.DELETE, {}),
    ):
        with pytest.raises(Exception, match="append_only"):
            office.save(draft)
    sender = office.store.known.member_id
    forged = {
        "by_member_id": sender, "exported_at": "2026-11-20 09:00", "what": "visits", "form": "csv",
        "export_purpose": "x", "recipient": "y", "locked": 0, "size": 3, "digest": "0" * 64,
    }  # fmt: skip
    draft = Draft(EXPORT_LOG.name, named("forged"), OpKind.CREATE, forged)
    answer = ask(chief, [op(1, draft)]).results
    assert [(r.outcome, r.code) for r in answer] == [(Outcome.REJECTED, "not_allowed")]
