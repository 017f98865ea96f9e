"""Presenters without Qt: work done at once, or held back to be answered in another order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gridworker.store.rows import HouseholdDetail, HouseholdRow, Plan, Road, Scope, TreeKind

SCOPE = Scope(
    b"n" * 16, TreeKind.AREA, "1602", ("锦澜社区", "1602"), frozenset({b"u" * 16}), frozenset({b"m" * 16})
)
OTHER_SCOPE = Scope(b"o" * 16, TreeKind.AREA, "1601", ("锦澜社区", "1601"), frozenset(), frozenset())


def household_row(number: int, plan: Plan = Plan.DUE, **values: Any) -> HouseholdRow:
    plain: dict[str, Any] = {
        "id": number.to_bytes(16),
        "door": f"1-1-{number}",
        "estate": "学府院",
        "contact": "演示·李",
        "salutation": "女士",
        "occupancy": "owner",
        "member_count": 2,
        "preferred_time": "weekday",
        "last_met_on": "2026-05-25",
        "next_due_on": "2026-11-21",
        "plan": plan,
        "plan_days": 1,
        "tries": 0,
        "road": Road.SERVER,
    }
    return HouseholdRow(**(plain | values))


def household_detail(number: int, plan: Plan = Plan.DUE) -> HouseholdDetail:
    return HouseholdDetail(
        row=household_row(number, plan),
        code="XF-1-1",
        unit_id=b"u" * 16,
        address="学府院 1栋 1单元",
        phone="100-0000-0117",
        preferred_channel="door",
        visit_interval_days=180,
        visit_opt_out_on=None,
        note="",
        residents=(),
        timeline=(),
        row_version=1,
        open_conflicts=0,
    )


class Desk:
    """Runs work like Background does: at once, or with `hold` when `answer` is called; stale topics are dropped."""

    def __init__(self, *, hold: bool = False) -> None:
        self.hold = hold
        self._waiting: list[tuple[Callable[[], Any], Callable[[Any], None], Any, str | None]] = []
        self.lanes: list[str] = []

    def run(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        topic: str | None = None,
        lane: str = "quick",
    ) -> object:
        self.lanes.append(lane)
        if topic is not None:
            self._waiting = [order for order in self._waiting if order[3] != topic]
        self._waiting.append((work, done, failed, topic))
        if not self.hold:
            self.answer()
        return None

    def answer(self) -> None:
        """Answer everything that waits, and what comes of it."""
        while self._waiting:
            work, done, failed, _ = self._waiting.pop(0)
            try:
                result = work()
            except Exception as error:  # noqa: BLE001  as Background does
                assert failed is not None, error
                failed(error)
            else:
                done(result)
