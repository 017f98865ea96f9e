"""Acts and changes in words."""

from __future__ import annotations

import datetime as dt

from gridworker.models.days import CHINA
from gridworker.models.machine import EVENT
from gridworker.store.queries.history import ActEntry, FieldChange, HistoryStep
from gridworker.ui.pages.values import value_words
from gridworker.wording import Wording

#: Fields that say nothing to a person who reads what happened.
_SILENT = frozenset((EVENT, "bucket_id", "unit_at", "record_id", "base_tree_version", "changes"))
_LONG = 60


def moment(at: int) -> str:
    """Day and time in China of `at` ms."""
    return dt.datetime.fromtimestamp(at / 1000, CHINA).strftime("%m-%d %H:%M")


def day(at: int) -> str:
    """The day in China of `at` ms, with its year."""
    return dt.datetime.fromtimestamp(at / 1000, CHINA).strftime("%Y-%m-%d")


def act_name(wording: Wording, entry: ActEntry) -> str:
    """What was done, in a few words; an act of a newer version goes by what it did to its first record."""
    key = f"history.act.{entry.act}"
    if wording.has(key):
        return wording(key)
    step = entry.steps[0]
    return wording("history.did", kind=wording(f"history.kind.{step.kind}"), what=_entity(wording, step))


def subject(entry: ActEntry) -> str:
    """What it was done to: the first name among its records."""
    return next((step.name for step in entry.steps if step.name), "")


def state(wording: Wording, entry: ActEntry) -> str:
    """Whether it can still be taken back from here."""
    if entry.undone:
        return wording("history.undone")
    return "" if entry.own else wording("history.from_elsewhere")


def details(wording: Wording, entry: ActEntry) -> list[str]:
    """A line for each record of the act and each field that changed."""
    lines: list[str] = []
    for step in entry.steps:
        kind = wording(f"history.kind.{step.kind}")
        name = f" {step.name}" if step.name else ""
        lines.append(f"{kind} · {_entity(wording, step)}{name}")
        lines += [_change(wording, step, field) for field in step.fields if field.field not in _SILENT]
    return lines


def _entity(wording: Wording, step: HistoryStep) -> str:
    return wording(f"errors.entity.{step.entity}")


def _change(wording: Wording, step: HistoryStep, change: FieldChange) -> str:
    key = f"errors.field.{change.field}"
    name = wording(key) if wording.has(key) else change.field
    after = _short(wording, step, change.field, change.after)
    if step.kind == "created":
        return wording("history.given", field=name, after=after)
    before = _short(wording, step, change.field, change.before)
    return wording("history.changed", field=name, before=before, after=after)


def _short(wording: Wording, step: HistoryStep, field: str, text: str) -> str:
    said = value_words(wording, step.entity, field, text) or wording("history.nothing")
    return said if len(said) <= _LONG else said[: _LONG - 1] + "…"
