"""What a person does by hand in the story where there is no verb for it: acts on one laptop, played by story_player.
Called as PROFILE PASSPHRASE_FILE ACT … then ACT …; prints one JSON document."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from gridworker.commands import story_demand_hand as of_demands
from gridworker.commands.call import open_profile
from gridworker.commands.exchange import exchange_until_done
from gridworker.commands.records import household_named
from gridworker.models.days import Clock, plus_days
from gridworker.models.tree_plan import Term
from gridworker.services import held
from gridworker.services.conflicts import Choice, How, choose
from gridworker.services.households import edit_household
from gridworker.services.reorganisation import ask
from gridworker.store.queries.held import held_rows
from gridworker.store.queries.sync import conflict_cases
from gridworker.store.statements import run, scalar
from gridworker.store.store import Store
from gridworker.sync.transport.authorities import transport_of

Answer = dict[str, object]
#: Between two acts of one process.
THEN = "then"


def note(store: Store, code: str, text: str) -> Answer:
    """Write a note into a household."""
    home = household_named(store, code)
    with store.read() as connection:
        seen = scalar(connection, "SELECT note FROM household WHERE id = ?", (home,))
    edit_household(store, home, {"note": seen}, {"note": text})
    return {"note": text}


def read_note(store: Store, code: str) -> Answer:
    with store.read() as connection:
        return {"note": scalar(connection, "SELECT note FROM household WHERE code = ?", (code,))}


def settle(store: Store) -> Answer:
    """Choose both values wherever two people differ, or the other one where only one fits."""
    fields = [field for case in conflict_cases(store) for field in case.fields]
    for field in fields:
        choose(store, [Choice(field.conflict_id, How.BOTH if field.long else How.TAKE, signed=field.by)])
    return {"fields": [field.field for field in fields], "left": len(conflict_cases(store))}


def elsewhere(store: Store, code: str) -> Answer:
    """A stairwell of another micro-grid than the household's, by its codes, and the name of that micro-grid."""
    with store.read() as connection:
        row = run(
            connection,
            "SELECT u.code, a.name FROM coverage c JOIN unit u ON u.id = c.unit_id "
            "JOIN area_unit a ON a.id = c.micro_grid_id WHERE c.deleted = 0 AND c.valid_to IS NULL "
            "AND c.micro_grid_id NOT IN (SELECT o.micro_grid_id FROM coverage o "
            "JOIN household h ON h.unit_id = o.unit_id WHERE h.code = ?) ORDER BY a.code LIMIT 1",
            (code,),
        ).fetchone()
    return {"unit": row[0], "micro_grid": row[1]}


def end_posts(store: Store, login: str) -> Answer:
    """Let every post of an account end with yesterday, from the server's day on: a practice laptop lives on its own."""
    with store.read() as connection:
        posts = run(
            connection,
            "SELECT p.id FROM appointment p JOIN account a ON a.member_id = p.member_id WHERE a.login = ? "
            "AND p.deleted = 0 AND p.valid_to IS NULL",
            (login,),
        ).fetchall()
    yesterday = plus_days(store.clock.today(), -1)
    terms = tuple(Term(post, None, yesterday) for (post,) in posts)
    return {"posts": len(terms), "state": ask(store, terms, Clock().today()).state}


def accept(store: Store) -> Answer:
    """Accept everything that is held."""
    rows = held_rows(store)
    for row in rows:
        held.accept_held(store, row.id, "照常记入")
    return {"accepted": len(rows), "members": sorted({row.member for row in rows})}


def outcomes(store: Store) -> Answer:
    """Every op of this laptop and how it ended, by its id; "" for one without an answer."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT op_id, CASE WHEN state = 'done' THEN json_extract(CAST(result AS TEXT), '$.outcome') ELSE '' END "
            "FROM outbox ORDER BY seq",
        ).fetchall()
    return {op_id.hex(): outcome or "" for op_id, outcome in rows}


def sync(store: Store) -> Answer:
    """Send and fetch, as the verb does."""
    return exchange_until_done(store, transport_of(store))


_OWN = (note, read_note, settle, elsewhere, end_posts, accept, outcomes, sync)
ACTS: dict[str, Callable[..., Answer]] = {act.__name__: act for act in (*_OWN, *of_demands.ACTS)}


def main(profile: str, passphrase_file: str, *words: str) -> None:
    """Carry out acts of ACTS, one after the other, and print their answers as one."""
    store = open_profile(Path(profile), Path(passphrase_file).read_text("utf-8").split("\n")[0])
    answers: Answer = {}
    try:
        for begun, following in groupby(words, THEN.__ne__):
            if begun:
                act, *arguments = following
                answers |= ACTS[act](store, *arguments)
        print(json.dumps(answers, ensure_ascii=False))
    finally:
        store.close()
