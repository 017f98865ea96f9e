"""The catalogues page's questions and saves, put to the open profile. No Qt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid
from gridworker.models.catalogue import BUILT_IN
from gridworker.models.limits import Limit
from gridworker.models.op import Value
from gridworker.services import catalogues, limits
from gridworker.store.queries.meeting_rules import meeting_rules

LIMITS, HOLIDAYS, RULES = "limits", "holidays", "rules"
#: What the page shows one of at a time.
KINDS = (*BUILT_IN, LIMITS, HOLIDAYS, RULES)
_PARTED = re.compile(r"[,，、;；\s]+")


@dataclass(frozen=True)
class Entry:
    """One line: `code` and what there is to say of it by the names of the form's parts."""

    code: str
    values: Mapping[str, Value]
    own: bool = False
    offered: bool = True


class CataloguesSource:
    """`store` is the open profile; the page passes it on to services and asks it nothing else."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def may_change(self) -> bool:
        return any("catalogues" in grant.role.may for grant in self._store.grants())

    def entries(self, kind: str) -> tuple[Entry, ...]:
        """The lines of a kind in their order."""
        store = self._store
        if kind == LIMITS:
            found = limits.limits(store)
            return tuple(Entry(code, {"number": one.number, "unit": one.unit}) for code, one in found.items())
        if kind == HOLIDAYS:
            years = sorted(limits.known_years(store).items(), reverse=True)
            return tuple(
                Entry(year, {"year": year, "off": ", ".join(lists["off"]), "work": ", ".join(lists["work"])})
                for year, lists in years
            )
        if kind == RULES:
            return tuple(Entry(code, {"number": number}) for code, number in meeting_rules(store).items())
        return tuple(
            Entry(one.code, {"name": one.name}, not one.built_in, one.offered)
            for one in catalogues.entries(store, kind, all_of_them=True)
        )

    def keep(self, kind: str, code: str, values: Mapping[str, Value]) -> Changes:
        """Save what was filled in; `code` "" adds an entry. Raises FieldInvalid, NotAllowed."""
        store = self._store
        if kind == LIMITS:
            number = _number(values, "demand_limit", "limit_number")
            return limits.set_limit(store, code, _limit(number, str(values["unit"])))
        if kind == HOLIDAYS:
            off, work = (_days(values[name]) for name in ("off", "work"))
            limits.keep_year(store, code or str(values["year"] or ""), off, work)
            return Changes()
        if kind == RULES:
            return limits.set_meeting_rule(store, code, _number(values, "meeting_rule", "number")).changes
        name = str(values["name"] or "")
        if not code:
            return catalogues.add(store, kind, name)[1].changes
        return catalogues.change(store, kind, code, name=name, offered=bool(values["offered"])).changes


def _number(values: Mapping[str, Value], entity: str, field: str) -> int:
    text = str(values["number"] or "").strip()
    if not text.isdecimal():
        raise FieldInvalid(entity=entity, record="", field=field, reason="not_a_number")
    return int(text)


def _limit(number: int, unit: str) -> Limit:
    try:
        return Limit(number, unit)
    except ValueError as error:
        raise FieldInvalid(
            entity="demand_limit", record="", field="limit_number", reason="out_of_range"
        ) from error


def _days(text: Value) -> list[str]:
    return [part for part in _PARTED.split(str(text or "")) if part]
