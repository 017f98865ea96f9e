"""The lines of a paper walk list as typed, and as the visits they become. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace

from gridworker.models.guard import holds_identity_number
from gridworker.models.visit import OUTCOMES, USUAL_MODES
from gridworker.services.visits import VisitForm
from gridworker.ui.pages.visits.day_text import is_too_far, typed_day, typed_time

COLUMNS = ("door", "outcome", "day", "time", "minutes", "note", "next_on")
_LONGEST = 600


@dataclass(frozen=True)
class PaperLine:
    """One line, everything as typed. `household_id` (hex) and `no`, its number on the paper, are known where the line
    came from the plan."""

    door: str = ""
    outcome: str = ""
    day: str = ""
    time: str = ""
    minutes: str = ""
    note: str = ""
    next_on: str = ""
    household_id: str = ""
    no: str = ""

    @property
    def filled(self) -> bool:
        """Whether this line is to become a visit."""
        return bool(self.outcome)

    def with_value(self, column: str, text: str) -> PaperLine:
        """The line after something was typed; another door is another household."""
        if column == "door" and text != self.door:
            return replace(self, door=text, household_id="")
        if column == "outcome" and text in tuple("12345"):
            text = OUTCOMES[int(text) - 1]
        return replace(self, **{column: text})


@dataclass(frozen=True)
class PaperSheet:
    """A sheet that was handed out: `key` names it ("" for none, the plan of the week), `period` is a day or a week."""

    key: str
    node: str = ""
    period: str = ""
    doors: int = 0


@dataclass(frozen=True)
class PaperList:
    """The lines to enter, those of the sheet `shown` where there is one, and every sheet there is to choose from."""

    lines: tuple[PaperLine, ...] = ()
    shown: str = ""
    sheets: tuple[PaperSheet, ...] = ()


def kept_lines(found: object) -> tuple[PaperLine, ...]:
    """Lines as they were stored; what cannot be read is left out."""
    known = {field.name for field in fields(PaperLine)}
    lines = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    return tuple(
        PaperLine(**{name: value for name, value in one.items() if name in known and isinstance(value, str)})
        for one in lines
    )


def storable(lines: Sequence[PaperLine]) -> list[dict[str, str]]:
    return [asdict(line) for line in lines]


def line_faults(line: PaperLine, today: str) -> dict[str, str]:
    """Column → reason, for everything that can be seen in the line itself."""
    found: dict[str, str] = {}
    on = typed_day(line.day or today, today)
    if not line.door.strip():
        found["door"] = "required"
    if on is None:
        found["day"] = "not_a_day"
    if line.time.strip() and typed_time(line.time) is None:
        found["time"] = "not_a_time"
    if line.minutes.strip() and not (line.minutes.strip().isdigit() and 0 < int(line.minutes) <= _LONGEST):
        found["minutes"] = "not_a_number"
    elif line.minutes.strip() and not line.time.strip():
        found["time"] = "required"
    if holds_identity_number(line.note):
        found["note"] = "identity_number"
    next_on = typed_day(line.next_on, today, ahead=True) if line.next_on.strip() else None
    if line.next_on.strip() and next_on is None:
        found["next_on"] = "not_a_day"
    elif line.outcome == "rescheduled" and next_on is None:
        found["next_on"] = "required"
    elif next_on and on and next_on < on:
        found["next_on"] = "before_visit"
    elif next_on and is_too_far(next_on, today):
        found["next_on"] = "promise_too_far"
    return found


def visit_form(household_id: bytes, line: PaperLine, today: str, target: str = "household") -> VisitForm:
    """The visit of a line in which `line_faults` found nothing; `household_id` is the `target` visited."""
    start = typed_time(line.time) if line.time.strip() else None
    return VisitForm(
        household_id=household_id,
        visited_on=typed_day(line.day or today, today) or today,
        outcome=line.outcome,
        mode=USUAL_MODES.get(target, "door"),
        target=target,
        start_at=start,
        end_at=_end(start, int(line.minutes)) if start and line.minutes.strip() else None,
        said=line.note,
        next_on=typed_day(line.next_on, today, ahead=True) if line.next_on.strip() else None,
    )


def _end(start: str, minutes: int) -> str:
    """`HH:MM` so many minutes later, at most the last minute of the day."""
    hours, past = start.split(":")
    ended = min(int(hours) * 60 + int(past) + minutes, 24 * 60 - 1)
    return f"{ended // 60:02d}:{ended % 60:02d}"
