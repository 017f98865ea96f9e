"""The state of the service plan, as SQL and as a value, in one place: what "due", "late" and "absent" mean."""

from __future__ import annotations

from gridworker.models.days import days_between
from gridworker.store.rows import Plan

#: A household is shown as due from this many days before its day.
NOTICE_DAYS = 7

#: Unanswered acts by the stairwell of the household they concern.
UNSENT = """
SELECT h.unit_id, count(DISTINCT o.txn) FROM outbox o
JOIN household h ON h.id = CASE o.entity
  WHEN 'household' THEN o.record_id
  WHEN 'resident' THEN (SELECT household_id FROM resident WHERE id = o.record_id)
  WHEN 'basis' THEN (SELECT household_id FROM basis WHERE id = o.record_id)
  WHEN 'visit' THEN (SELECT household_id FROM visit WHERE id = o.record_id)
  WHEN 'plan_item' THEN (SELECT household_id FROM plan_item WHERE id = o.record_id)
  WHEN 'household_link' THEN (SELECT household_id FROM household_link WHERE id = o.record_id)
  ELSE (SELECT v.household_id FROM visit v WHERE v.id = (SELECT coalesce(
    (SELECT visit_id FROM visit_amendment WHERE id = o.record_id),
    (SELECT visit_id FROM visit_void WHERE id = o.record_id),
    (SELECT visit_id FROM visit_comment WHERE id = o.record_id)))) END
WHERE o.state IN ('new', 'sent') GROUP BY h.unit_id"""


def due_condition(today: str = "?1") -> str:
    """SQL that is 1 for the figures `s` of a household that waits for a visit on the day `today`."""
    return (
        f"(s.served = 1 AND (s.next_due_on IS NULL OR s.next_due_on <= date({today}, '+{NOTICE_DAYS} days')))"
    )


def plan_state(
    today: str,
    occupancy: str,
    opted_out: bool,
    next_due_on: str | None,
    promised_on: str | None,
    tries: int,
) -> tuple[Plan, int]:
    """The state of one household's service plan and its days: left (VISITED, DUE, CALLBACK) or over (LATE)."""
    if opted_out:
        return Plan.OPTED_OUT, 0
    if occupancy == "vacant":
        return Plan.VACANT, 0
    left = days_between(today, next_due_on) if next_due_on else 0
    if next_due_on and left < 0:
        return Plan.LATE, -left
    if promised_on and promised_on == next_due_on and left <= NOTICE_DAYS:
        return Plan.CALLBACK, left
    if tries and (next_due_on is None or left <= NOTICE_DAYS):
        return Plan.ABSENT, left
    if next_due_on is None or left <= NOTICE_DAYS:
        return Plan.DUE, left
    return Plan.VISITED, left
