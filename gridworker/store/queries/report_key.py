"""The demands that a report names because they need attention at its end; by their place, never by a person."""

from __future__ import annotations

from gridworker.store.aliases import standing_sql
from gridworker.store.connection import Connection
from gridworker.store.queries.report_demands import Fact, Window, facts_of
from gridworker.store.queries.report_ground import Ground
from gridworker.store.queries.report_matters import posts_of
from gridworker.store.queries.report_standing import Standing
from gridworker.store.report_rows import KeyDemand
from gridworker.store.statements import run

#: So many are named; the rest are counted.
MOST = 10
_REFERRED = ("open", "accepted", "handled")


def key_demands(connection: Connection, ground: Ground, days: Window) -> tuple[tuple[KeyDemand, ...], int]:
    """The first of those that need attention at the end of the window, by their time limit, and how many are left."""
    found = Standing(connection, ground).of_concern(days)
    facts = facts_of(connection, [demand for demand, _ in found[:MOST]])
    shown = [(facts[demand], why) for demand, why in found[:MOST]]
    said = {row[0]: row[1:] for row in _said(connection, [fact.id for fact, _ in shown])}
    owners = {fact.id: fact.value("owner_member_id", days.end) for fact, _ in shown}
    posts = posts_of(connection, {owner for owner in owners.values() if isinstance(owner, bytes)}, ground.on)
    keys = []
    for fact, why in shown:
        title, place = said[fact.id]
        owner = owners[fact.id]
        keys.append(
            KeyDemand(
                fact.id,
                fact.no,
                place,
                title,
                _level(ground, fact, days),
                posts.get(owner, "") if isinstance(owner, bytes) else "",
                fact.told(days.end)[-1].due_at,
                fact.state(days.end),
                why,
            )
        )
    return tuple(keys), len(found) - len(shown)


def _level(ground: Ground, fact: Fact, days: Window) -> str:
    """Where it is worked on: the level it was referred to, else that of the node it was registered at."""
    if fact.value("referral", days.end) in _REFERRED:
        return str(fact.value("refer_level", days.end) or "community")
    kind = ground.known[fact.unit_at].kind
    return "community" if kind == "estate" else kind


def _said(connection: Connection, demands: list[bytes]) -> list[tuple[bytes, str, str]]:
    """Title and place of demands: estate and building of a home or stairwell, else the name of shop, spot or area."""
    rows: list[tuple[bytes, str, str]] = run(
        connection,
        "SELECT d.id, d.title, trim(coalesce(e.name, '') || ' ' || coalesce(s.name, p.name, b.name, a.name, '')) "
        f"FROM demand d LEFT JOIN household h ON h.id = {standing_sql('d.household_id')} "
        "LEFT JOIN shop s ON s.id = d.shop_id LEFT JOIN public_spot p ON p.id = d.public_spot_id "
        "LEFT JOIN unit u ON u.id = coalesce(h.unit_id, d.unit_id) LEFT JOIN building b ON b.id = u.building_id "
        "LEFT JOIN estate e ON e.id = b.estate_id LEFT JOIN area_unit a ON a.id = d.area_unit_id "
        f"WHERE d.id IN ({', '.join('?' * len(demands))})",
        demands,
    ).fetchall()
    return rows
