"""What stays at the node where a demand was registered once it was routed elsewhere: a row with its number, its state
and how it ended. The judge keeps it in step; nobody else writes it."""

from __future__ import annotations

from gridworker.models.demand import DEMAND, DEMAND_STUB
from gridworker.models.ids import bucket_id, named_id
from gridworker.store.judging import Case, node_of, put_next
from gridworker.store.workspace import Row, blank_row

_STUBS = bytes.fromhex("b1d07a54c3e84f0f9c2b6d5a4e3f2011")


def stub_id(demand: bytes) -> bytes:
    """One stub for one demand, however often it is routed."""
    return named_id(_STUBS, demand)


def keep_stub(case: Case, moved: Row) -> None:
    """Make, change or take away the stub of the demand `moved`, as it is about to be kept."""
    home, demand = moved["unit_at"], moved["id"]
    if not case.judge.authoritative or not isinstance(home, bytes) or not isinstance(demand, bytes):
        return
    known = case.workspace.get(DEMAND_STUB.name, stub_id(demand))
    away = moved["routed_to_id"] is not None and node_of(case, DEMAND, moved) != home
    if known is None and not away:
        return
    stub = dict(known) if known else blank_row(DEMAND_STUB, stub_id(demand))
    stub.update(
        bucket_id=bucket_id(home, DEMAND_STUB.bucket.bucket_class),
        deleted=0 if away else 1,
        demand_id=demand,
        area_unit_id=home,
        no=moved["no"],
        state=moved["state"],
        result_kind=moved["result_kind"],
    )
    if known is None or any(stub[name] != known[name] for name in ("deleted", "state", "result_kind")):
        stub["row_version"] = known["row_version"] if known else 0
        put_next(case, DEMAND_STUB.name, stub)
