"""One question over everything this computer holds: households by door and code, residents by name, pinyin, initials
and the end of their telephone number, shops and spots by name, visits, demands, what was referred, what is listed and
deliberated by number and words, nodes by name.
People of the organisation are never looked up here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from gridworker.models.entity import Entity
from gridworker.models.registry import BY_NAME
from gridworker.store import search
from gridworker.store.aliases import standing_rids
from gridworker.store.connection import Connection
from gridworker.store.find_keys import How, beginning_with
from gridworker.store.queries import found_rows
from gridworker.store.queries.doors import rids_behind
from gridworker.store.queries.typed import Typed, typed
from gridworker.store.rows import DELIBERATED, LISTED, REFERRED, Hit, HitKind, Match, TreeKind
from gridworker.store.statements import run
from gridworker.store.store import Store

#: A record and by what it was found.
Found = list[tuple[int, Match]]
_HOUSEHOLD, _RESIDENT, _VISIT, _DEMAND = (
    BY_NAME[name] for name in ("household", "resident", "visit", "demand")
)
_SPELLED = ((How.PINYIN, Match.PINYIN), (How.INITIALS, Match.INITIALS))
_ENOUGH_FOR_CODE = 3
#: Deleted and moved-out ones are sorted out after looking; so many more are looked up.
_SPARE = 20


def find(store: Store, text: str, limit: int = 50) -> tuple[Hit, ...]:
    """At most `limit` hits: households, residents, shops, spots, nodes, what is listed and deliberated, demands, what
    was referred, visits; in each the nearest match first, then the newest. Where there are more than fit, every kind
    gets its share. "" finds nothing; no text is an error."""
    wanted = typed(text)
    if not wanted.text or limit < 1:
        return ()
    most = limit + _SPARE
    with store.read() as connection:
        groups = (
            found_rows.households(
                connection,
                _first(_standing(connection, _HOUSEHOLD, _households(connection, wanted, most)), most),
            ),
            found_rows.residents(
                connection,
                _first(_standing(connection, _RESIDENT, _residents(connection, wanted, most)), most),
            ),
            *(_places(connection, kind, wanted, most) for kind in (HitKind.SHOP, HitKind.SPOT)),
            _nodes(connection, wanted, store.clock.today(), limit),
            *(_listed(connection, kind, wanted, most) for kind in (*LISTED, *DELIBERATED)),
            found_rows.demands(connection, _first(_written(connection, _DEMAND, wanted, most), most)),
            *(_listed(connection, kind, wanted, most) for kind in REFERRED),
            found_rows.visits(connection, _first(_written(connection, _VISIT, wanted, most), most)),
        )
    return _shared(groups, limit)


def _standing(connection: Connection, entity: Entity, found: Found) -> Found:
    """Each record as the one it was merged into."""
    merged = standing_rids(connection, entity.name)
    return [(merged.get(rid, rid), match) for rid, match in found] if merged else found


def _first(found: Iterable[tuple[int, Match]], most: int) -> dict[int, Match]:
    """Each record once, by its nearest match."""
    kept: dict[int, Match] = {}
    for rid, match in found:
        if len(kept) >= most:
            break
        kept.setdefault(rid, match)
    return kept


def _shared(groups: Sequence[Sequence[Hit]], limit: int) -> tuple[Hit, ...]:
    """Every group that has any gets an equal part; what one does not need goes to the others, the first ones first."""
    room, taken = limit, [0] * len(groups)
    waiting = [place for place, group in enumerate(groups) if group]
    while waiting and room:
        each = max(1, room // len(waiting))
        for place in waiting:
            more = min(each, len(groups[place]) - taken[place], room)
            taken[place] += more
            room -= more
        waiting = [place for place in waiting if taken[place] < len(groups[place])]
    return tuple(hit for group, count in zip(groups, taken, strict=True) for hit in group[:count])


# -- households ----------------------------------------------------------------------------------------------------


def _households(connection: Connection, wanted: Typed, most: int) -> Found:
    found: Found = []
    if wanted.door is not None:
        found += [(rid, Match.DOOR) for rid in rids_behind(connection, wanted.door, most)]
    if wanted.has_digit:
        if len(wanted.text) >= _ENOUGH_FOR_CODE:
            found += [(rid, Match.CODE) for rid in _with_code(connection, wanted.text.upper(), most)]
        if not found:
            words = search.matching_rids(connection, _HOUSEHOLD, wanted.text, most)
            found += [(rid, Match.DOOR if wanted.text.isdigit() else Match.CODE) for rid in words]
    return found


def _with_code(connection: Connection, code: str, most: int) -> list[int]:
    rows = run(
        connection,
        "SELECT rid FROM household WHERE code >= ? AND code < ? AND deleted = 0 ORDER BY code, rid LIMIT ?",
        (code, code + "\uffff", most),
    )
    return [row[0] for row in rows]


# -- residents -----------------------------------------------------------------------------------------------------


def _residents(connection: Connection, wanted: Typed, most: int) -> Found:
    found: Found = []
    if wanted.has_han:
        found += [(rid, Match.NAME) for rid in search.matching_rids(connection, _RESIDENT, wanted.text, most)]
    for how, match in _SPELLED if wanted.letters else ():
        rids = beginning_with(connection, _RESIDENT.name, how, wanted.letters, most)
        found += [(rid, match) for rid in rids]
    if wanted.digits:
        tails = beginning_with(connection, _RESIDENT.name, How.TAIL, wanted.digits[::-1], most)
        found += [(rid, Match.PHONE) for rid in tails]
    return found


# -- shops and spots -----------------------------------------------------------------------------------------------


def _places(connection: Connection, kind: HitKind, wanted: Typed, most: int) -> list[Hit]:
    """By name, code and front, by pinyin and initials."""
    entity, text = BY_NAME[kind.value], wanted.text
    found: Found = []
    for how, match in _SPELLED if wanted.letters else ():
        rids = beginning_with(connection, entity.name, how, wanted.letters, most)
        found += [(rid, match) for rid in rids]
    words = Match.NAME if wanted.has_han else Match.CODE
    named = [(rid, words) for rid in search.matching_rids(connection, entity, text, most)]
    return found_rows.places(connection, kind, _first([*named, *found], most))


# -- what is listed, deliberated, referred -----------------------------------------------------------------------------


def _listed(connection: Connection, kind: HitKind, wanted: Typed, most: int) -> list[Hit]:
    """By number, words, pinyin and initials."""
    entity = BY_NAME[kind.value]
    found = _written(connection, entity, wanted, most)
    for how, match in _SPELLED if entity.spelled and wanted.letters and not wanted.number else ():
        rids = beginning_with(connection, entity.name, how, wanted.letters, most)
        found += [(rid, match) for rid in rids]
    shown = found_rows.referred if kind is HitKind.REFERRAL else partial(found_rows.listed, kind=kind)
    return shown(connection, _first(found, most))


# -- visits and demands --------------------------------------------------------------------------------------------


def _written(connection: Connection, entity: Entity, wanted: Typed, most: int) -> Found:
    if wanted.number:
        numbers = search.matching_rids(connection, entity, wanted.number, most, begun=True)
        return [(rid, Match.NUMBER) for rid in numbers]
    words = search.matching_rids(connection, entity, wanted.text, most)
    return [(rid, Match.WORDS) for rid in words]


# -- nodes ---------------------------------------------------------------------------------------------------------

_NODES = {
    TreeKind.AREA: ("area_unit", "n.valid_from <= ?1 AND (n.valid_to IS NULL OR n.valid_to >= ?1)", "n.code"),
    TreeKind.ORG: ("org_unit", "?1 = ?1", "n.name"),
}


def _nodes(connection: Connection, wanted: Typed, today: str, limit: int) -> list[Hit]:
    """Nodes are few: their names are looked through. Areas first, those whose name begins with the text first."""
    found: list[tuple[int, Hit]] = []
    for tree, (entity, in_force, order) in _NODES.items():
        spelled = _spelled_nodes(connection, entity, wanted.letters)
        named = f"(instr(lower(n.name), ?2) OR n.rid IN ({', '.join(map(str, spelled))}))"
        if not _is_plain(wanted.text):
            named = "?2 = ?2"
        rows = run(
            connection,
            f"SELECT n.rid, n.id, n.name, n.kind, p.name FROM {entity} n LEFT JOIN {entity} p ON p.id = n.parent_id "
            f"WHERE n.deleted = 0 AND {in_force} AND {named} ORDER BY n.sort_no, {order}",
            (today, wanted.text),
        )
        for rid, record, name, kind, parent in rows:
            at = name.casefold().find(wanted.text)
            match = Match.NAME if at >= 0 else spelled.get(rid)
            if match is not None:
                facts = (parent,) if parent else ()
                hit = Hit(HitKind.NODE, record, name, facts, match, kind, tree=tree)
                found.append((0 if at == 0 else 1 if at > 0 else 2, hit))
    return [hit for _, hit in sorted(found, key=lambda pair: pair[0])][:limit]


def _is_plain(text: str) -> bool:
    """Whether SQLite, which knows capitals of ASCII only, compares this text as Python does."""
    return all(char.isascii() or char == char.upper() for char in text)


def _spelled_nodes(connection: Connection, entity: str, letters: str) -> dict[int, Match]:
    found: dict[int, Match] = {}
    if letters:
        for how, match in _SPELLED:
            rows = run(
                connection,
                "SELECT rid FROM find_key WHERE entity = ? AND how = ? AND instr(key, ?) > 0",
                (entity, how.value, letters),
            )
            for row in rows:
                found.setdefault(row[0], match)
    return found
