"""The time limits of this community: how long each urgency may take and which days are worked on. What is built in
holds until somebody enters something else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid
from gridworker.models.catalogue import DEMAND_LIMIT, HOLIDAY_YEAR, LIMITS, MEETING_RULE, catalogue_id
from gridworker.models.limits import Calendar, Limit, calendar_of, due_at
from gridworker.models.op import Draft, OpKind, Value, Values
from gridworker.resources import resource_dir
from gridworker.services.acts import Done, do, setting
from gridworker.store.audit import Act
from gridworker.store.statements import run
from gridworker.store.store import Store


@cache
def _shipped(folder: Path) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    years = json.loads((folder / "calendar" / "holidays.json").read_text("utf-8"))
    return {year: {name: tuple(days) for name, days in lists.items()} for year, lists in years.items()}


def known_years(store: Store) -> dict[str, Mapping[str, tuple[str, ...]]]:
    """Year → {"off", "work"}: what the community entered, in the place of what came with the program."""
    with store.read() as connection:
        rows = run(connection, "SELECT year, off, work FROM holiday_year WHERE deleted = 0").fetchall()
    own = {str(year): {"off": _days(off), "work": _days(work)} for year, off, work in rows}
    sound = {year: lists for year, lists in own.items() if not _wrong(year, lists)}
    return {**_shipped(resource_dir()), **sound}


def _days(text: object) -> tuple[str, ...]:
    return tuple(part for part in str(text or "").split(",") if part)


def _wrong(year: str, lists: Mapping[str, tuple[str, ...]]) -> str:
    """What is wrong with the days of a year, "" for nothing: a client that lies may have sent anything."""
    try:
        calendar_of({year: lists})
    except ValueError as error:
        return str(error)
    return ""


def calendar(store: Store) -> Calendar:
    """The working days as this computer knows them."""
    return calendar_of(known_years(store))


def keep_year(store: Store, year: str, off: Iterable[str], work: Iterable[str]) -> Calendar:
    """Enter the holidays and adjusted working days of a year, in the place of what was known of it. Raises FieldInvalid
    for a day that is none, lies in another year or is in both lists; then nothing was changed."""
    wanted = {"off": tuple(dict.fromkeys(off)), "work": tuple(dict.fromkeys(work))}
    if not year.isdecimal() or len(year) != 4:
        raise FieldInvalid(entity=HOLIDAY_YEAR.name, record=year, field="year", reason="out_of_range")
    for name, days in wanted.items():
        wrong = next((one for one in days if _wrong(year, {"off": (), "work": (), name: (one,)})), "")
        wrong = wrong or next((one for one in days if name == "work" and one in wanted["off"]), "")
        if wrong:
            raise FieldInvalid(entity=HOLIDAY_YEAR.name, record=wrong, field=name, reason="not_a_holiday")
    _keep(store, HOLIDAY_YEAR.name, year, {"year": int(year)}, {k: ",".join(v) for k, v in wanted.items()})
    return calendar(store)


def set_meeting_rule(store: Store, code: str, number: int) -> Done:
    """Set a rule of meetings or public notices (models/catalogue.MEETING_RULES). Raises FieldInvalid, NotAllowed."""
    return _keep(store, MEETING_RULE.name, code, {"code": code}, {"number": number})


def _keep(store: Store, entity: str, code: str, key: Values, values: Values) -> Done:
    """Make the record of a code, or change it."""
    record = catalogue_id(entity, code)
    with store.read() as connection:
        seen = run(
            connection, f"SELECT {', '.join(values)} FROM {entity} WHERE id = ? AND deleted = 0", (record,)
        ).fetchone()
    if seen is None:
        drafts = [Draft(entity, record, OpKind.CREATE, {**key, **values})]
    else:
        drafts = setting(entity, record, dict(zip(values, seen, strict=True)), values)
    return do(store, drafts, Act("catalogue_changed", entity, record), record)


def limits(store: Store) -> dict[str, Limit]:
    """Urgency → its limit, as the community set it or as built in."""
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT urgency, limit_number, limit_unit FROM demand_limit WHERE deleted = 0"
        ).fetchall()
    built_in = {urgency: Limit(*limit) for urgency, limit in LIMITS.items()}
    return built_in | {urgency: Limit(number, unit) for urgency, number, unit in rows if urgency in built_in}


def set_limit(store: Store, urgency: str, limit: Limit) -> Changes:
    """Set how long an urgency may take from now on; demands that are known keep theirs. Raises FieldInvalid,
    NotAllowed."""
    record = catalogue_id(DEMAND_LIMIT.name, urgency)
    known = limits(store).get(urgency)
    wanted: dict[str, Value] = {"limit_number": limit.number, "limit_unit": limit.unit}
    with store.read() as connection:
        there = connection.exec_driver_sql(
            "SELECT 1 FROM demand_limit WHERE id = ? AND deleted = 0", (record,)
        ).fetchone()
    if there and known:
        base: dict[str, Value] = {"limit_number": known.number, "limit_unit": known.unit}
        if base == wanted:
            return Changes()
        draft = Draft(DEMAND_LIMIT.name, record, OpKind.SET, wanted, base)
    else:
        draft = Draft(DEMAND_LIMIT.name, record, OpKind.CREATE, {"urgency": urgency, **wanted})
    return store.save([draft], Act("limit_set", DEMAND_LIMIT.name, record)).changes


def limit_values(store: Store, urgency: str, begins: str) -> dict[str, Value]:
    """The fields of a limit of `urgency` that begins at the moment `begins`. Raises FieldInvalid for a moment or an
    urgency that is none."""
    known = limits(store).get(urgency)
    if known is None:
        raise FieldInvalid(entity="demand", record="", field="urgency", reason="not_a_choice")
    try:
        due = due_at(begins, known, calendar(store))
    except ValueError as error:
        raise FieldInvalid(entity="demand", record="", field="reported_at", reason="not_a_moment") from error
    return {
        "due_at": due,
        "limit_from": begins,
        "limit_number": known.number,
        "limit_unit": known.unit,
    }
