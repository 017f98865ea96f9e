"""Resources, projects, deliberation and the worked case, as the judge keeps them in a community with few homes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from gridworker.models.guard import notice
from gridworker.models.must_not import forbidden_in_name
from gridworker.models.op import Draft
from gridworker.practice.community import practice_community
from gridworker.practice.lists import FUNDS, FUNNEL
from gridworker.practice.seeded import texts
from gridworker.practice.size import Size
from gridworker.store.queries.deliberation_counts import rectification
from gridworker.store.queries.outcomes import demands_behind
from gridworker.store.store import Store
from tests.community import ACT, batches, empty_store
from tests.unit.practice.test_texts import PRIVATE, sentences

SIZE = replace(Size.tiny(), weeks=26, attempts_per_week=2, demands_per_week=12, lists=True)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    found = empty_store(tmp_path_factory.mktemp("lists") / "profile")
    found.found(batches(practice_community(scale=SIZE).drafts()), ACT)
    yield found
    found.close()


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    with store.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def grouped(store: Store, entity: str, field: str, where: str = "1") -> dict[object, object]:
    found = rows(store, f"SELECT {field}, count(*) FROM {entity} WHERE {where} GROUP BY 1")
    return {row[0]: row[1] for row in found}


def test_resources_come_from_partner_units_and_shops(store: Store) -> None:
    assert sum(grouped(store, "resource", "kind").values()) == 46  # type: ignore[arg-type]
    assert grouped(store, "resource", "kind")["shop_offer"] == 24
    shops = rows(
        store, "SELECT DISTINCT substr(name, 1, instr(name, '店')) FROM resource WHERE kind = 'shop_offer'"
    )
    units = rows(store, "SELECT DISTINCT provider_id FROM resource WHERE kind <> 'shop_offer'")
    assert (len(shops), len(units)) == (13, 13)
    assert grouped(store, "resource_promise", "state") == {"confirmed": 8}


def test_projects_pass_the_funnel(store: Store) -> None:
    assert grouped(store, "project", "state") == FUNNEL
    assert grouped(store, "project_screening", "decision") == {"approved": 22, "revise": 9, "rejected": 7}
    approved = "state IN ('approved', 'running', 'finished')"
    assert grouped(store, "project", "fund_source", approved) == FUNDS
    assert sum(FUNDS.values()) == 22


def test_no_two_projects_are_alike(demo: Mapping[str, list[Draft]]) -> None:
    titles = {draft.set["title"] for draft in demo["project"] if "title" in draft.set}
    assert len(titles) == 38


def test_issues_meetings_and_resolutions(store: Store) -> None:
    assert rows(store, "SELECT count(*), sum(decision_text IS NOT NULL) FROM issue") == [(7, 7)]
    assert grouped(store, "issue", "state") == {"closed": 4, "followed_up": 1, "implementing": 2}
    assert grouped(store, "meeting", "state") == {"minuted": 8}
    assert grouped(store, "resolution", "state") == {"done": 19, "doing": 3, "delayed": 1}
    rate = rectification(store)
    assert (rate.done, rate.total, rate.percent) == (19, 23, "82.6")


def test_the_ramp_leads_over_three_meetings_to_a_shed(store: Store) -> None:
    ((title, no, state),) = rows(store, "SELECT title, no, state FROM issue WHERE no = 'Y26-01-0001'")
    assert (title, state) == ("演示·电动车坡道太陡", "closed")
    kinds = rows(
        store,
        "SELECT m.kind FROM agenda_item a JOIN meeting m ON m.id = a.meeting_id JOIN issue i ON i.id = a.issue_id "
        "WHERE i.no = 'Y26-01-0001' ORDER BY m.held_on",
    )
    assert kinds == [("yard",), ("red_council",), ("joint",)]
    (demand,) = demands_behind(store, str(no))
    assert (demand.title, demand.state, demand.waits) == ("电动车坡道太陡", "closed", False)
    needs = rows(
        store,
        "SELECT n.no, n.state FROM need n JOIN issue_need l ON l.need_id = n.id JOIN issue i ON i.id = l.issue_id",
    )
    assert needs == [(demand.no, "met")]
    log = rows(
        store,
        "SELECT e.event, e.at FROM demand_event e JOIN demand d ON d.id = e.demand_id WHERE d.became_no IS NOT NULL "
        "ORDER BY e.turn",
    )
    names = [name for name, _ in log]
    assert names.index("to_issue") < names.index("feed_back") < names.index("handle")
    assert [at for _, at in log] == sorted(str(at) for _, at in log)
    ((result,),) = rows(store, "SELECT result_text FROM demand WHERE became_no IS NOT NULL")
    assert "非机动车棚" in str(result)


def test_names_are_marked_and_texts_are_of_matters(store: Store) -> None:
    for entity, field in (
        ("resource", "name"),
        ("project", "title"),
        ("issue", "title"),
        ("project", "lead_name"),
    ):
        assert rows(store, f"SELECT count(*) FROM {entity} WHERE {field} NOT LIKE '演示·%'") == [(0,)]
    for sentence in sentences(texts("lists")):
        assert forbidden_in_name(sentence) is None, sentence
        assert not any(word in sentence for word in PRIVATE), sentence
        assert notice(sentence) == (), sentence
