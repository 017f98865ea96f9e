"""Lines of what was referred, of joint submissions and of stubs, in words."""

from __future__ import annotations

from gridworker.store.queries.packages import PackageRow, StubRow
from gridworker.store.queries.referrals import ReferralRow
from gridworker.ui.pages.referrals.due import due_words
from gridworker.ui.pages.values import value_words
from gridworker.ui.pages.words import DOT, short_day
from gridworker.ui.states import StateLook, look
from gridworker.ui.widgets.lines_table import Line
from gridworker.wording import Wording

#: A referral and a joint submission look like a demand in the state beside it.
_LOOKS = {
    "open": "registered",
    "accepted": "in_progress",
    "handled": "handled",
    "replied": "replied",
    "returned": "returned",
    "withdrawn": "withdrawn",
    "collecting": "registered",
    "submitted": "assigned",
    "fed_back": "replied",
}


def state_look(state: str) -> StateLook:
    """Symbol and colour of a state of a referral or joint submission."""
    return look("demand", _LOOKS.get(state, state))


def referral_line(row: ReferralRow, wording: Wording, now: str) -> Line:
    state = value_words(wording, "referral", "state", row.state)
    kind = value_words(wording, "referral", "refer_kind", row.kind)
    due, clock = due_words(row, wording, now)
    cells = (row.title, DOT.join(part for part in (kind, row.from_unit) if part), state, due)
    spoken = DOT.join(part for part in (*cells, row.no) if part)
    return Line(
        row.id, cells, spoken, dim=not clock and row.state != "handled",
        looks=(None, None, state_look(row.state), clock),
    )  # fmt: skip


def package_line(row: PackageRow, wording: Wording) -> Line:
    state = value_words(wording, "demand_package", "state", row.state)
    cells = (row.title, wording("referrals.members", count=row.count), state)
    spoken = DOT.join((*cells, row.no))
    return Line(row.id, cells, spoken, dim=row.state == "fed_back", looks=(None, None, state_look(row.state)))


def stub_line(row: StubRow, wording: Wording) -> Line:
    state = value_words(wording, "demand_stub", "state", row.state)
    cells = (row.no, state)
    return Line(row.id, cells, DOT.join(cells), looks=(None, look("demand", row.state)))


def day_words(at: str, now: str) -> str:
    """A moment as short as it can be read."""
    return f"{short_day(at[:10], now[:10])} {at[11:]}".strip()
