"""A Friday without a window: the week frozen, its files opened again, what came later told record by record."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections import Counter
from dataclasses import replace

import pytest

from gridworker.errors import DiskFull, FieldInvalid, FrozenDamaged, FrozenGone, NotAllowed
from gridworker.exports.document import Table
from gridworker.exports.formats import REPORT_FORMATS
from gridworker.exports.keeping import pack_document
from gridworker.exports.supplement import difference
from gridworker.models.period import Period
from gridworker.services import demands, households
from gridworker.services.freezing import Content, freeze
from gridworker.services.rights import erase
from gridworker.services.visits import amend_visit, log_visit, void_visit
from gridworker.store.frozen_rows import Contribution
from gridworker.store.queries.contributions import contributions
from gridworker.store.queries.frozen import editions, frozen_figures, frozen_items, items_digest
from gridworker.store.queries.health import examine
from gridworker.store.queries.tree import area_tree, building_node, default_scope, scope_of
from gridworker.store.rows import Scope, TreeKind
from gridworker.store.statements import run
from gridworker.store.store import Store
from gridworker.ui.pages.report.editions_source import EditionSource
from gridworker.ui.pages.running import Stopped
from gridworker.wording import Wording
from tests.community import counts, form, household_of, one

#: PDF files are painted: by the one application there is.
pytestmark = pytest.mark.usefixtures("qapp")
WEEK = Period.parse("2026-W47")
#: Counts that records make up; the others are of the plan, of households, of other periods.
ITEM_KEYS = ("visits.attempts", "visits.met", "visits.absent", "visits.shops", "demands.registered", "demands.open",
             "demands.closed", "demands.overdue", "demands.carried", "demands.revisited")  # fmt: skip


@pytest.fixture
def source(alone: Store) -> EditionSource:
    return EditionSource(alone, Wording.load("zh_CN"))


@pytest.fixture
def scope(alone: Store) -> Scope:
    return default_scope(alone)


@pytest.mark.parametrize("period", ["2026-W47", "2026-W30", "2026-11", "2026-Q4", "2026"])
def test_what_the_records_add_is_what_the_report_says(
    alone: Store, source: EditionSource, scope: Scope, period: str
) -> None:
    figures = json.loads(source.present(scope, Period.parse(period)).figures)["figures"]
    sums = Counter(
        key for item in contributions(alone, scope, Period.parse(period)) for key, _ in item.counts
    )
    assert {key: sums[key] for key in ITEM_KEYS} == {key: figures[key] for key in ITEM_KEYS}
    assert period == "2026-W30" or sums["visits.attempts"] > 0


def test_an_edition_is_numbered_and_says_so_on_every_file(
    alone: Store, source: EditionSource, scope: Scope
) -> None:
    first, second = source.freeze(scope, WEEK), source.freeze(scope, WEEK)
    assert (first.edition, second.edition) == (1, 2)
    assert [e.edition for e in source.editions(scope, WEEK)] == [1, 2]
    page = source.file(second.id, "html").decode()
    code = second.digest[:4]
    assert "第 2 版" in page
    assert code in page
    assert one(alone, "SELECT count(*) FROM audit WHERE act = 'report_frozen'") == 2


def test_files_are_opened_byte_for_byte(alone: Store, source: EditionSource, scope: Scope) -> None:
    edition = source.freeze(scope, WEEK)
    made = {kind: source.file(edition.id, kind) for kind in REPORT_FORMATS}
    assert zipfile.ZipFile(io.BytesIO(made["docx"])).testzip() is None
    assert made["pdf"].startswith(b"%PDF-")
    log_visit(alone, form(household_of(alone)))  # the world goes on
    assert {kind: source.file(edition.id, kind) for kind in REPORT_FORMATS} == made
    assert source.editions(scope, WEEK)[0].formats == tuple(sorted(REPORT_FORMATS))


def test_nothing_of_a_resident_is_in_figures_and_items(
    alone: Store, source: EditionSource, scope: Scope
) -> None:
    edition = source.freeze(scope, WEEK)
    text = json.dumps(frozen_figures(alone, edition.id), ensure_ascii=False)
    with alone.read() as connection:
        people = {row[0] for row in connection.exec_driver_sql("SELECT name FROM resident")}
        titles = {row[0] for row in connection.exec_driver_sql("SELECT title FROM demand")}
        said = {row[0] for row in connection.exec_driver_sql("SELECT said FROM visit WHERE said > ''")}
        contributed = {row[0] for row in connection.exec_driver_sql("SELECT contribution FROM frozen_item")}
    assert not [word for word in (*people, *titles, *said) if len(word) > 2 and word in text]
    assert all(set(json.loads(item).values()) == {1} for item in contributed if item != "{}")


def test_what_came_later_is_told_record_by_record(alone: Store, source: EditionSource, scope: Scope) -> None:
    home = household_of(alone)
    kept = log_visit(alone, form(home, outcome="met"))
    gone = log_visit(alone, form(household_of(alone, 1), outcome="met"))
    edition = source.freeze(scope, WEEK)
    late = log_visit(alone, form(household_of(alone, 2), outcome="absent"))
    amend_visit(alone, kept.visit_id, {"outcome": "absent"}, "记错了")
    void_visit(alone, gone.visit_id, "重复")
    place = ("household_id", home)
    made = demands.register(alone, demands.DemandForm(place, "楼道灯不亮", "三楼的灯坏了", "safety"))
    document, found, _ = source.compared(edition, scope)
    told = {item.no: (item.kind, sorted(item.before), sorted(item.now)) for item in found.items}
    assert told == {
        late.no: ("added", [], ["visits.absent", "visits.attempts"]),
        kept.no: ("changed", ["visits.attempts", "visits.met"], ["visits.absent", "visits.attempts"]),
        gone.no: ("voided", ["visits.attempts", "visits.met"], []),
        made.no: ("added", [], ["demands.open", "demands.registered"]),
    }
    figures = {key: now - was for key, was, now in found.figures}
    assert figures["visits.met"] == -2
    assert figures["visits.absent"] == 2
    assert "visits.attempts" not in figures  # one more, one less
    assert figures["demands.registered"] == 1
    tables = [block for block in document.blocks if isinstance(block, Table)]
    assert [table.key for table in tables] == ["supplement_figures", "supplement_items"]
    words = json.dumps([table.rows for table in tables], ensure_ascii=False, default=str)
    assert "楼道灯不亮" not in words
    assert late.no in words
    second = source.freeze_supplement(edition, scope)
    assert (second.edition, second.supplements) == (2, 1)
    assert "对第 1 版的补报" in source.file(second.id, "html").decode()
    assert source.compared(second, scope)[1].is_empty  # a supplement holds the figures of its own moment
    assert frozen_figures(alone, second.id)["supplements"] == edition.digest


def test_an_unchanged_week_has_an_empty_supplement(source: EditionSource, scope: Scope) -> None:
    document, found, _ = source.compared(source.freeze(scope, WEEK), scope)
    assert found.is_empty
    assert not document.tables


def test_a_figure_that_the_edition_did_not_know_is_no_difference() -> None:
    item = Contribution("demand", b"d", 1, (("demands.closed", 1),))
    later = replace(item, counts=(("demands.closed", 1), ("demands.due", 1)))
    other = Contribution("demand", b"e", 1, (("demands.due", 1),))
    now = {"figures": {"demands.closed": 3, "demands.due": 2}}
    found = difference({"figures": {"demands.closed": 3}}, now, (item,), (later, other), {}, {})
    assert found.is_empty


def test_what_a_file_quotes_goes_when_it_is_erased(alone: Store, source: EditionSource, scope: Scope) -> None:
    place = ("household_id", household_of(alone))
    made = demands.register(alone, demands.DemandForm(place, "电线外露", "一楼门口", "safety"))
    demands.accept(alone, made.demand_id, "critical")
    edition = source.freeze(scope, WEEK)
    quoted = [item.record_id for item in frozen_items(alone, edition.id) if item.quoted]
    assert quoted == [made.demand_id]
    assert "电线外露" in source.file(edition.id, "html").decode()
    figures = frozen_figures(alone, edition.id)
    erase(alone, "demand", quoted[0], "本人要求")
    with pytest.raises(FrozenGone):
        source.file(edition.id, "html")
    assert frozen_figures(alone, edition.id) == figures
    assert not source.editions(scope, WEEK)[0].whole
    assert [i.kind for i in source.compared(edition, scope)[1].items] == ["erased"]


def test_a_damaged_edition_is_not_opened(alone: Store, source: EditionSource, scope: Scope) -> None:
    edition = source.freeze(scope, WEEK)
    source.file(edition.id, "html")
    assert not [line for line in examine(alone) if "frozen" in line]
    with alone.database.write() as connection:
        connection.exec_driver_sql("UPDATE frozen_report SET figures = figures || ' '")
    with pytest.raises(FrozenDamaged):
        source.file(edition.id, "html")
    with pytest.raises(FrozenDamaged):
        source.compared(edition, scope)
    assert "frozen report 2026-W47 锦澜社区: figures does not fit its hash" in examine(alone)


def test_only_nodes_are_frozen_and_only_by_the_secretary(
    alone: Store, source: EditionSource, scope: Scope
) -> None:
    with alone.read() as connection:
        micro, building = connection.exec_driver_sql(
            "SELECT c.micro_grid_id, u.building_id FROM coverage c JOIN unit u ON u.id = c.unit_id LIMIT 1"
        ).one()
    building_scope = scope_of(alone, TreeKind.AREA, building_node(micro, building))
    with pytest.raises(FieldInvalid) as refused:
        source.freeze(building_scope, WEEK)
    assert refused.value.values["reason"] == "not_a_node"
    source.freeze(scope_of(alone, TreeKind.AREA, micro), WEEK)
    with alone.database.write() as connection:
        connection.exec_driver_sql("UPDATE appointment SET role_code = 'committee_member'")
    alone.forget_cached()
    with pytest.raises(NotAllowed):
        source.freeze(scope, WEEK)
    standing = source.standing(scope, WEEK)
    assert (standing.sees_editions, standing.may_freeze) == (True, False)


def test_a_full_disk_leaves_no_half_of_an_edition(
    alone: Store, source: EditionSource, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Report, items and document are one act: refused, nothing of it is there."""
    from gridworker.store import statements

    written: list[str] = []
    real = statements.run_many

    def full(connection: object, sql: str, values: object) -> None:
        written.append(sql)
        if "frozen_file" in sql:
            raise DiskFull(path=str(alone.folder))
        real(connection, sql, values)  # type: ignore[arg-type]

    monkeypatch.setattr("gridworker.store.workspace.run_many", full)
    with pytest.raises(DiskFull):
        source.freeze(scope, WEEK)
    assert any("frozen_item" in sql for sql in written)  # the others had been written
    assert editions(alone, scope.node_id, str(WEEK)) == ()
    assert [one(alone, f"SELECT count(*) FROM {name}") for name in ("frozen_report", "frozen_item")] == [0, 0]


def test_a_large_edition_is_kept_in_parts_that_a_server_can_take(
    alone: Store, source: EditionSource, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridworker.services.freezing._AT_ONCE", 3)
    told: list[tuple[int, int]] = []
    now, last = source.present(scope, WEEK), one(alone, "SELECT coalesce(max(seq), 0) FROM outbox")
    content = Content(now.figures, pack_document(now.document), now.items)
    edition = freeze(alone, scope, WEEK, content, watch=lambda done, total: told.append((done, total)))
    count = len(now.items)
    assert count > 7
    assert told == [*((done, count) for done in range(0, count, 3)), (count, count)]
    assert frozen_figures(alone, edition.id)["items"] == items_digest(now.items)
    with alone.read() as connection:
        acts = run(
            connection,
            "SELECT sum(entity = 'frozen_item') FROM outbox WHERE seq > ? GROUP BY txn ORDER BY min(seq)",
            (last,),
        ).fetchall()
    assert [row[0] for row in acts] == [min(3, count - done) for done in range(0, count, 3)]


def test_a_freezing_that_is_stopped_leaves_nothing(
    alone: Store, source: EditionSource, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridworker.services.freezing._AT_ONCE", 3)

    class Looking:
        """Somebody who stops it when a part was written."""

        def __init__(self) -> None:
            self.cancelled, self.told = False, list[tuple[str, int, int]]()

        def __call__(self, words: str, done: int, total: int) -> None:
            self.told.append((words, done, total))
            self.cancelled = done >= 3

    before, looking = counts(alone), Looking()
    with pytest.raises(Stopped):
        source.freeze(scope, WEEK, report=looking)
    assert [done for _, done, _ in looking.told] == [0, 0, 3]
    assert counts(alone) == before


def test_equal_figures_are_equal_text(alone: Store, source: EditionSource, scope: Scope) -> None:
    once, again = source.present(scope, WEEK), source.present(scope, WEEK)
    assert once.figures == again.figures
    report = source.freeze(scope, WEEK)
    assert report.digest == hashlib.sha256(once.figures.encode()).hexdigest()


def test_a_past_week_does_not_move_when_a_household_or_a_grid_does(
    alone: Store, source: EditionSource, scope: Scope
) -> None:
    visited = one(
        alone, "SELECT household_id FROM visit WHERE now_on BETWEEN '2026-11-09' AND '2026-11-15' LIMIT 1"
    )
    here = one(alone, f"SELECT unit_id FROM household WHERE id = x'{visited.hex()}'")  # type: ignore[attr-defined]
    elsewhere = one(
        alone,
        "SELECT c.unit_id FROM coverage c WHERE c.micro_grid_id NOT IN "
        "(SELECT micro_grid_id FROM coverage WHERE unit_id = ?) LIMIT 1",
        here,
    )
    assert isinstance(visited, bytes) and isinstance(elsewhere, bytes)
    week = Period.parse("2026-W46")
    edition = source.freeze(scope, week)
    before = frozen_figures(alone, edition.id)["lists"]["grids"]
    households.move_household(alone, visited, elsewhere, "9901", 99)
    grids = [unit for unit in area_tree(alone) if unit.kind == "grid"]
    estate = one(alone, "SELECT id FROM area_unit WHERE kind = 'estate' AND id NOT IN "
                 "(SELECT parent_id FROM area_unit WHERE id = ?)", grids[0].id)  # fmt: skip
    if isinstance(estate, bytes):
        with alone.database.write() as connection:
            connection.exec_driver_sql(
                "UPDATE area_unit SET parent_id = ? WHERE id = ?", (estate, grids[0].id)
            )
    assert source.compared(edition, scope)[1].is_empty
    visits = [(line["name"], line["attempts"], line["met"]) for line in before]
    now = json.loads(source.present(scope, week).figures)["lists"]["grids"]
    assert [(line["name"], line["attempts"], line["met"]) for line in now] == visits
