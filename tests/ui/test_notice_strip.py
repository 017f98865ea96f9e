"""The line about the whole profile: says the newest notice, offers its act, and goes when it was read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from gridworker.store import notices
from gridworker.store.notices import Notice
from gridworker.store.queries.clock import ClockFact
from gridworker.store.queries.notices import notices_of
from gridworker.store.room import Room
from gridworker.store.store import Store
from gridworker.sync import agreement
from gridworker.ui import desk_facts
from gridworker.ui.notice_strip import NoticeStrip
from gridworker.ui.theme import Theme
from gridworker.wording import Wording
from tests.ui.pages.conftest import make_store


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = make_store(tmp_path_factory.mktemp("noticed") / "profile")
    yield made
    made.close()


def test_the_newest_is_said_with_its_act(qtbot: QtBot, theme: Theme, zh: Wording) -> None:
    strip = NoticeStrip(theme, zh)
    qtbot.addWidget(strip)
    assert strip.isHidden()
    held = Notice("deletions_held", 2, {"rows": 60, "of": 96})
    strip.show_notices([held, Notice("disk_full", 1, {})])
    assert not strip.isHidden()
    assert "60" in strip.words.text() and "还有 1 条" in strip.words.text()
    assert strip.button.accessibleName() == "允许删除"
    decided: list[str] = []
    strip.decided.connect(decided.append)
    strip.button.click()
    assert decided == ["deletions_held"]
    strip.show_notices([Notice("lease_out", 1, {})])
    assert strip.button.accessibleName() == zh("sync.device.open")
    with qtbot.waitSignal(strip.device_wanted):
        strip.button.click()
    assert decided == ["deletions_held"]  # it goes with the next sync, not by a click
    strip.show_notices([Notice("clock_off", 1, {"minutes": 9})])
    assert strip.button.isHidden()
    strip.show_notices([])
    assert strip.isHidden()


@pytest.mark.parametrize(("language", "said"), [("zh_CN", "版本不同"), ("en", "different versions")])
def test_versions_that_are_apart_are_said_until_they_come_together(
    qtbot: QtBot, theme: Theme, store: Store, language: str, said: str
) -> None:
    strip = NoticeStrip(theme, Wording.load(language))
    qtbot.addWidget(strip)
    with store.database.write() as connection:
        notices.put(connection, "versions_apart", 1)
    strip.show_notices(notices_of(store))
    assert said in strip.words.text()
    agreement.came_together(store)
    strip.show_notices(notices_of(store))
    assert strip.isHidden()


def test_reading_puts_a_notice_away(store: Store) -> None:
    with store.database.write() as connection:
        notices.put(connection, "disk_full", 1)
        notices.put(connection, "deletions_held", 2, {"rows": 60, "of": 96})
    desk_facts.settle_notice(store, "disk_full")
    assert [notice.code for notice in notices_of(store)] == ["deletions_held"]
    desk_facts.settle_notice(store, "deletions_held")
    assert notices_of(store) == ()


@pytest.mark.parametrize("practice", [True, False])
def test_the_practice_clock_is_nobodys_fault(
    store: Store, zh: Wording, monkeypatch: pytest.MonkeyPatch, practice: bool
) -> None:
    monkeypatch.setattr("gridworker.store.queries.clock.clock_fact", lambda _: ClockFact(6, "good"))
    store.known = msgspec.structs.replace(store.known, practice=practice)
    said = [notice.code for notice in desk_facts.read(store, zh).notices]
    assert ("clock_off" in said) is not practice


def test_who_holds_no_post_is_told_so(store: Store, zh: Wording, monkeypatch: pytest.MonkeyPatch) -> None:
    who = store.identity
    assert "no_post" not in [notice.code for notice in desk_facts.notices_now(store)]
    idle = dataclasses.replace(who, role_codes=(), last_sync_at=1)
    monkeypatch.setattr(Store, "identity", property(lambda _: idle))
    assert "no_post" in [notice.code for notice in desk_facts.notices_now(store)]
    never_synced = dataclasses.replace(idle, last_sync_at=0)
    monkeypatch.setattr(Store, "identity", property(lambda _: never_synced))
    assert "no_post" not in [notice.code for notice in desk_facts.notices_now(store)]


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_notice_fills_its_sentence(qtbot: QtBot, theme: Theme, language: str) -> None:
    wording = Wording.load(language)
    strip = NoticeStrip(theme, wording)
    qtbot.addWidget(strip)
    room = Room(301_355, 108_000_000, 249_000_000, 180_000_000).words()
    values = {"days": 3, "buckets": 1, "rows": 60, "of": 96, "file": "x", "minutes": 9, **room}
    codes = {key.split(".")[1] for key in wording.texts if key.startswith("notices.")}
    for code in sorted(codes):
        strip.show_notices([Notice(code, 1, values)])
        assert strip.words.text() and "{" not in strip.words.text()
    strip.show_notices([Notice("copy_no_room", 1, values)])
    assert all(part in strip.words.text() for part in ("301,355", "108 MB", "249 MB", "180 MB", "69 MB"))
    assert strip.button.isHidden()  # it goes by itself once there is room
