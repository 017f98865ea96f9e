"""P17, the reports: the week's report read and written as xlsx, docx and pdf, all three together."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks import prepared
from benchmarks.rounds import Reading, interleaved
from benchmarks.setting import Setting
from benchmarks.table import MS, Limit, Line, Table
from gridworker.exports.formats import write_document
from gridworker.exports.summary import summary_document
from gridworker.models.days import Clock
from gridworker.models.period import Period
from gridworker.practice.clock import practice_clock
from gridworker.store.queries import tree
from gridworker.store.queries.summary import summary
from gridworker.store.store import Store
from gridworker.wording import Wording

ALL = "the week's report as xlsx, docx and pdf"
_FORMATS = ("xlsx", "docx", "pdf")


def _written(store: Store, wording: Wording, target: Path) -> Reading:
    """One whole report, from the database to three files; each format's share beside it."""
    begun, busy = time.perf_counter(), time.process_time()
    scope = tree.default_scope(store)
    week = summary(store, scope, Period.of_day("week", store.clock.today()))
    document = summary_document(week, wording, f"{store.clock.moment():%Y-%m-%d %H:%M}")
    facts, last = {"read ms": (time.perf_counter() - begun) * 1000}, time.perf_counter()
    for form in _FORMATS:
        write_document(document, target.with_suffix(f".{form}"))
        now = time.perf_counter()
        facts[f"{form} ms"], last = (now - last) * 1000, now
    facts["processor ms"] = (time.process_time() - busy) * 1000
    return Reading(last - begun, facts)


def run(setting: Setting) -> list[Table]:
    folder = setting.copy(prepared.profile_of_visits(setting, setting.size), "papers")
    store = Store.open(folder, prepared.PASSPHRASE, practice_clock(Clock()))
    wording, target = Wording.load("zh_CN"), setting.fresh("papers")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _written(store, wording, target)  # what is loaded for the first time is not the report's
        found = interleaved({ALL: lambda: _written(store, wording, target)}, setting.rounds)
    finally:
        store.close()
    lines = (Line(ALL, found[ALL], limit=Limit(2000, MS)),)
    return [
        Table("P17", "the week's report on paper", lines, (f"About {setting.size:,} visits in the file.",))
    ]
