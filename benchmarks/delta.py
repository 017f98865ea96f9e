"""P6: what a delta of 100 takes where ten times as many records are there already: it must not depend on them."""

from __future__ import annotations

from contextlib import ExitStack, closing

from benchmarks import prepared, served
from benchmarks.exchange import DELTA, Product
from benchmarks.rounds import interleaved
from benchmarks.setting import Setting
from benchmarks.table import Limit, Line, Table

TIMES = 10


def _devices(setting: Setting, records: int, open_: ExitStack) -> tuple[str, Product]:
    """Two devices of a community with about `records` records, and how many it has."""
    made = prepared.server(setting, prepared.size_of_records(records))
    server = setting.copy(made, "server")
    url = open_.enter_context(served.serving(server))
    desks = [open_.enter_context(closing(served.enrol(url, server, setting.fresh("desk")))) for _ in range(2)]
    product = Product(*desks)
    return f"{product.held:,} records there", product


def run(setting: Setting) -> list[Table]:
    with ExitStack() as open_:
        few, small = _devices(setting, setting.records, open_)
        many, large = _devices(setting, setting.records * TIMES, open_)
        found = interleaved({few: small.delta, many: large.delta}, setting.rounds)
    lines = (Line(few, found[few]), Line(many, found[many], few, Limit(1.5)))
    note = f"{DELTA} records that another device sent are fetched in one request and kept."
    return [Table("P6", f"delta of {DELTA}, by how many are there", lines, (note,))]
