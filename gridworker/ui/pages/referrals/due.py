"""What is left of the limit of a referral, in words. Apart from the lines of its page, because Today says so too."""

from __future__ import annotations

from gridworker.models.limits import moment
from gridworker.store.queries.referrals import ReferralRow
from gridworker.ui.states import StateLook, look
from gridworker.wording import Wording

_RUNNING = ("open", "accepted")


def due_words(row: ReferralRow, wording: Wording, now: str) -> tuple[str, StateLook | None]:
    """What is left of the limit of a referral, or by how much it is over; nothing once it was handled."""
    if row.state not in _RUNNING or not row.due_at:
        return "", None
    minutes = int((moment(row.due_at) - moment(now)).total_seconds()) // 60
    over, distance = minutes < 0, abs(minutes)
    unit, number = ("days", distance // 1440) if distance >= 1440 else ("hours", max(distance // 60, 1))
    found = look("clock", f"{'over' if over else 'left'}_{unit}")
    return wording(found.wording_key, days=number, hours=number), found
