"""The papers of a meeting: agenda, minutes, public notice; from a meeting that was really held, in both languages."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from gridworker.exports.deliberation import agenda_document, minutes_document, outcome_document
from gridworker.exports.document import Document, Paragraph
from gridworker.exports.html import render_html
from gridworker.exports.xlsx import write_xlsx
from gridworker.models.op import Value
from gridworker.services import deliberation
from gridworker.store.queries import deliberation as read
from gridworker.store.store import Store
from gridworker.wording import LANGUAGES, Wording
from tests.community import COMMUNITY, TODAY, one

ZH = Wording.load("zh_CN")
MOMENT = "2026-11-20 09:00"
ME = COMMUNITY.logins["shuji"]


def played(store: Store) -> tuple[bytes, bytes]:
    """A meeting that was held on an issue, and the issue, decided and under public notice."""
    values: dict[str, Value] = {
        "title": "电动车坡道太陡", "area_unit_id": COMMUNITY.community_id, "raised_from": "residents",
        "level": "estate",
    }  # fmt: skip
    issue = deliberation.raise_issue(store, values).record
    deliberation.move_issue(store, issue, "review")
    deliberation.move_issue(store, issue, "accept")
    sitting: dict[str, Value] = {
        "kind": "red_council", "area_unit_id": COMMUNITY.community_id, "held_on": TODAY, "start_at": "19:30",
        "place_text": "小区会客厅", "convenor_id": ME, "chair_id": ME, "recorder_id": ME,
    }  # fmt: skip
    meeting = deliberation.plan_meeting(store, sitting, (issue,)).record
    deliberation.move_meeting(store, meeting, "call", short_notice_reason="约好的")
    people: list[dict[str, Value]] = [
        {"capacity": "resident", "head_count": 11},
        {"capacity": "community_staff", "head_count": 1, "member_id": ME},
        {"capacity": "expert", "head_count": 1, "advice": "坡度不超过 1:12"},
    ]
    deliberation.set_attendance(store, meeting, people)
    deliberation.move_meeting(store, meeting, "hold")
    vote: dict[str, Value] = {"method": "hands", "votes_for": 9, "votes_against": 2, "votes_abstain": 1}
    deliberation.record_vote(store, meeting, issue, vote)
    deliberation.move_issue(store, issue, "deliberate")
    org = one(store, "SELECT id FROM org_unit WHERE deleted = 0 ORDER BY rid LIMIT 1")
    assert isinstance(org, bytes)
    task: dict[str, Value] = {"task_text": "在地面划出车棚", "owner_org_id": org, "due_on": "2026-12-31"}
    deliberation.add_resolution(store, issue, meeting, task)
    deliberation.move_meeting(store, meeting, "minute", summary="各方都说了\n\n同意建车棚")
    deliberation.move_issue(store, issue, "decide", decision_text="在地面建车棚\n坡道加防滑条")
    deliberation.move_issue(store, issue, "give_notice", notice_place="小区公示栏")
    return meeting, issue


def papers(store: Store, wording: Wording) -> list[Document]:
    meeting, issue = played(store)
    detail = read.meeting(store, meeting)
    return [
        agenda_document(store.identity, detail, wording, MOMENT),
        minutes_document(store.identity, detail, wording, MOMENT),
        outcome_document(store.identity, read.issue(store, issue), wording, MOMENT),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_they_render_everywhere_and_are_marked(alone: Store, tmp_path: Path, language: str) -> None:
    wording = Wording.load(language)
    for document in papers(alone, wording):
        page = render_html(document)
        assert wording("report.practice_mark") in page and "meeting_paper." not in page
        target = tmp_path / f"{document.summary_name}.xlsx"
        write_xlsx(document, target)
        assert openpyxl.load_workbook(target).sheetnames


def test_the_agenda_has_room_to_sign(alone: Store) -> None:
    document = papers(alone, ZH)[0]
    facts, agenda, signed = document.tables
    assert document.title == "红色议事会（三方联席）议程"
    assert facts.rows[0] == ("时间", "2026-11-20 周五 19:30")
    assert agenda.rows[0][2:] == ("电动车坡道太陡", "居民联名", "小区")
    assert len(signed.rows) == 12 and all(row[1:] == ("", "") for row in signed.rows)


def test_the_minutes_say_who_was_there_by_number(alone: Store) -> None:
    document = papers(alone, ZH)[1]
    _, present, _, votes, resolved = document.tables
    assert present.rows[0] == ("居民代表", 11, "") and present.total == ("合计", 13, "")
    assert votes.rows == (("电动车坡道太陡", "举手", 9, 2, 1, "通过"),)
    assert resolved.rows[0][0] == "在地面划出车棚" and resolved.rows[0][-1] == "待办"
    said = [block.text for block in document.blocks if isinstance(block, Paragraph)]
    assert said[:3] == ["各方都说了", "同意建车棚", "专家、三官一师：坡度不超过 1:12"]


def test_the_public_notice_says_what_and_how_long_and_names_nobody(alone: Store) -> None:
    _, issue = played(alone)
    document = outcome_document(alone.identity, read.issue(alone, issue), ZH, MOMENT)
    page = render_html(document)
    for text in ("在地面建车棚", "坡道加防滑条", "2026-11-20 至 2026-11-26", "小区公示栏", "红色议事会"):
        assert text in page
    names = _names(alone)
    assert len(names) > 20 and not [name for name in names if name in page]


def _names(store: Store) -> list[str]:
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT name FROM resident UNION SELECT name FROM member WHERE length(name) > 2"
        )
        return [row[0] for row in rows]


def test_what_was_not_decided_has_no_notice(alone: Store) -> None:
    values: dict[str, Value] = {
        "title": "夜间噪音", "area_unit_id": COMMUNITY.community_id, "raised_from": "demand", "level": "yard",
    }  # fmt: skip
    issue = deliberation.raise_issue(alone, values).record
    with pytest.raises(ValueError, match="nothing was decided"):
        outcome_document(alone.identity, read.issue(alone, issue), ZH, MOMENT)
