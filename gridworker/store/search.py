"""The search tables: contentless FTS5 with one token per Chinese character, so that two characters are found as
quickly as ten, and typed keys of names (store/find_keys.py). Filled with each save, and in the background after a
bulk pull."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from gridworker.models.entity import Entity
from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.store import find_keys, state
from gridworker.store.connection import Connection
from gridworker.store.statements import run, run_many, scalar

SEARCHED: tuple[Entity, ...] = tuple(entity for entity in ENTITIES if entity.search)
#: Everything that can be found, by words or by the spelling of its name.
FINDABLE: tuple[Entity, ...] = tuple(entity for entity in ENTITIES if entity.search or entity.spelled)
_PHONE = "phone"
_VISIT = BY_NAME["visit"]
#: A visit is found by what it says now: whoever writes rows of this entity changes what its visit is found by.
AMENDMENT = "visit_amendment"
#: Set by the revision that taught this: amended visits are indexed once more.
_AMENDED_LATE = "index_amended"
#: Dashes part what they join; the others no text may hold, but a search box takes whatever is pasted.
_APART = re.compile(r"[-\x00\ud800-\udfff]")
_HAN = re.compile(r"([㐀-䶿一-鿿豈-﫿\U00020000-\U0003FFFF])")


def tokens(text: str) -> str:
    """`text` with a blank round every Chinese character; digits keep their runs, dashes part them."""
    return _HAN.sub(r" \1 ", _APART.sub(" ", text))


def definitions() -> list[str]:
    """The statements that make the search tables."""
    made = []
    for entity in SEARCHED:
        table = f"find_{entity.name}"
        made.append(
            f"CREATE VIRTUAL TABLE {table} USING fts5(body, content='', contentless_delete=1, tokenize='unicode61')"
        )
        made.append(f"INSERT INTO {table} ({table}, rank) VALUES ('secure-delete', 1)")
    return made


def _columns(entity: Entity) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*entity.search, entity.spelled) if entity.spelled else entity.search))


def _sources(entity: Entity) -> str:
    return f"SELECT rid, {', '.join(_columns(entity))} FROM {entity.name} WHERE deleted = 0"


def _write(connection: Connection, entity: Entity, rows: Sequence[Sequence[Any]]) -> int:
    if rows and entity is _VISIT:
        rows = _as_amended(connection, rows)
    if rows and entity.search:
        values = [(row[0], tokens(" ".join(str(part) for part in row[1:] if part))) for row in rows]
        run_many(connection, f"INSERT OR REPLACE INTO find_{entity.name} (rowid, body) VALUES (?, ?)", values)
    if rows and entity.spelled:
        columns = _columns(entity)
        name, phone = columns.index(entity.spelled) + 1, columns.index(_PHONE) + 1 if _PHONE in columns else 0
        find_keys.write(
            connection, entity, [(row[0], row[name], (row[phone] or "") if phone else "") for row in rows]
        )
    return len(rows)


def _as_amended(connection: Connection, rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    """Rows of visits with the newest amendment of each text in its place."""
    places = {name: place for place, name in enumerate(_columns(_VISIT), 1)}
    newest: dict[tuple[int, str], Any] = {}
    for start in range(0, len(rows), 400):
        part = tuple(row[0] for row in rows[start : start + 400])
        found = run(
            connection,
            "SELECT v.rid, a.field, a.value FROM visit v JOIN visit_amendment a ON a.visit_id = v.id "
            f"WHERE a.deleted = 0 AND v.rid IN ({', '.join('?' * len(part))}) ORDER BY coalesce(a.turn, 0), a.id",
            part,
        )
        newest.update({(rid, name): value for rid, name, value in found if name in places})
    if not newest:
        return list(rows)
    return [
        (row[0], *(newest.get((row[0], name), row[place]) for name, place in places.items())) for row in rows
    ]


def index_amended(connection: Connection, visits: Sequence[bytes], *, bulk: bool = False) -> None:
    """These visits were amended. In a bulk pull those that are not findable yet are left to `catch_up`."""
    index_records(connection, _VISIT, known_of(connection, _VISIT, visits) if bulk else visits)


def forget(connection: Connection, entity: Entity, rids: Sequence[int]) -> None:
    """These records cannot be found any more."""
    if entity.search:
        run_many(connection, f"DELETE FROM find_{entity.name} WHERE rowid = ?", [(rid,) for rid in rids])
    if entity.spelled:
        find_keys.forget(connection, entity, rids)


def forget_missing(connection: Connection, entity: Entity) -> None:
    """Records that are not there any more cannot be found, and no word of theirs stays in the tables."""
    if entity.search:
        table = f"find_{entity.name}"
        gone = f"SELECT rowid FROM {table} WHERE rowid NOT IN (SELECT rid FROM {entity.name})"
        rows = [(row[0],) for row in run(connection, gone)]
        run_many(connection, f"DELETE FROM {table} WHERE rowid = ?", rows)
        run(connection, f"INSERT INTO {table} ({table}) VALUES ('optimize')")
    if entity.spelled:
        run(
            connection,
            f"DELETE FROM find_key WHERE entity = ? AND rid NOT IN (SELECT rid FROM {entity.name})",
            (entity.name,),
        )


def index_records(connection: Connection, entity: Entity, ids: Sequence[bytes]) -> None:
    """Make these records findable now, and deleted ones not any more, in the caller's transaction."""
    for start in range(0, len(ids), 400):
        part = tuple(ids[start : start + 400])
        marks = ", ".join("?" * len(part))
        known = run(
            connection, f"SELECT rid, deleted FROM {entity.name} WHERE id IN ({marks})", part
        ).fetchall()
        if entity.spelled:  # another name has other keys
            find_keys.forget(connection, entity, [row[0] for row in known])
        forget(connection, entity, [row[0] for row in known if row[1]])
        _write(
            connection,
            entity,
            run(connection, f"{_sources(entity)} AND id IN ({marks})", part).fetchall(),
        )


def known_of(connection: Connection, entity: Entity, ids: Sequence[bytes]) -> list[bytes]:
    """Those of `ids` that are findable already, with what they said when they were last indexed."""
    mark = int(
        scalar(connection, "SELECT value FROM local_state WHERE key = ?", (f"indexed:{entity.name}",)) or 0
    )
    found: list[bytes] = []
    for start in range(0, len(ids) if mark else 0, 400):
        part = tuple(ids[start : start + 400])
        marks = ", ".join("?" * len(part))
        sql = f"SELECT id FROM {entity.name} WHERE rid <= ? AND id IN ({marks})"
        found += [row[0] for row in run(connection, sql, (mark, *part))]
    return found


def catch_up(connection: Connection, limit: int) -> int:
    """Index up to `limit` records that came in bulk and are not findable yet. Returns how many were done; 0 means
    that everything is findable. Call it in the background until then."""
    if state.get(connection, _AMENDED_LATE) is not None:
        late = [row[0] for row in run(connection, "SELECT DISTINCT visit_id FROM visit_amendment")]
        index_amended(connection, late, bulk=True)
        run(connection, "DELETE FROM local_state WHERE key = ?", (_AMENDED_LATE,))
    done = 0
    for entity in FINDABLE:
        key = f"indexed:{entity.name}"
        mark = scalar(connection, "SELECT value FROM local_state WHERE key = ?", (key,))
        after = int(mark) if mark else 0
        rows = run(
            connection, f"{_sources(entity)} AND rid > ? ORDER BY rid LIMIT ?", (after, limit - done)
        ).fetchall()
        if not rows:
            continue
        done += _write(connection, entity, rows)
        run(
            connection,
            "INSERT OR REPLACE INTO local_state (key, value) VALUES (?, ?)",
            (key, str(rows[-1][0]).encode()),
        )
        if done >= limit:
            break
    return done


def matching_rids(
    connection: Connection, entity: Entity, words: str, limit: int, *, begun: bool = False
) -> list[int]:
    """The newest `limit` records of `entity` whose text holds every word of `words`, each as one phrase. `begun`: of
    the last phrase's last token the beginning is enough."""
    phrases = [
        '"' + tokens(word).replace('"', " ").strip() + '"' for word in words.split() if tokens(word).strip()
    ]
    if not phrases:
        return []
    rows = run(
        connection,
        f"SELECT rowid FROM find_{entity.name} WHERE body MATCH ? ORDER BY rowid DESC LIMIT ?",
        (" AND ".join(phrases) + (" *" if begun else ""), limit),
    )
    return [row[0] for row in rows]
