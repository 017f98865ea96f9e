"""How a conflict ends: the day of the choice is kept with it, and 30 days later both values go. The same on a computer
and on the server, each by its own clock; only the server tells others."""

from __future__ import annotations

from gridworker.models.days import Clock, plus_days
from gridworker.models.op import Op
from gridworker.store.history import KEPT_DAYS
from gridworker.store.judging import Case
from gridworker.store.workspace import Row

VALUES = ("base", "mine", "theirs")
#: SQL that is true for a closed conflict whose values nobody needs any more; ? is `last_kept`.
OVER = f"state <> 'open' AND closed_on < ? AND NOT ({' AND '.join(f'{name} IS NULL' for name in VALUES)})"
#: SQL that is true for one that was closed before days were noted: it counts from now.
UNDATED = "state <> 'open' AND closed_on IS NULL"


def last_kept(today: str) -> str:
    """Conflicts closed before this day have lost their values on `today`."""
    return plus_days(today, -KEPT_DAYS)


def note_closing(case: Case, row: Row) -> bool:
    """Note in `row`, a conflict as it shall be kept, on which day somebody chose. True if the sender has noted another
    day, because its clock is wrong."""
    if case.entity.name != "conflict":
        return False
    made = day_of(case.op)
    closed_on = made if made and made <= case.judge.today else case.judge.today
    row["closed_on"] = None if row["state"] == "open" else closed_on
    return row["state"] != "open" and closed_on != made


def day_of(op: Op) -> str:
    """The day in China on which an op was made by its maker's clock; "" for a clock that was surely wrong."""
    clock = Clock(lambda: op.at / 1000)
    return clock.today() if clock.plausible() else ""
