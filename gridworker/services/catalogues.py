"""The community's catalogues of sources, categories and conflict pairs: what is built in may be renamed or offered no
longer, and entries of the own are added. The must-never list refuses names that it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gridworker.errors import FieldInvalid
from gridworker.models.catalogue import BUILT_IN, catalogue_id
from gridworker.models.ids import new_id
from gridworker.models.must_not import forbidden_in_name
from gridworker.models.op import Draft, OpKind, Value
from gridworker.services.acts import Done, do, setting
from gridworker.store.audit import Act
from gridworker.store.statements import run
from gridworker.store.store import Store


@dataclass(frozen=True)
class Entry:
    """One entry of a catalogue: `name` "" is the product's own word for a built-in code (`catalogue.<name>.<code>`).
    `parent` and `urgency` are those of a category."""

    code: str
    name: str
    offered: bool
    built_in: bool
    parent: str = ""
    urgency: str = ""


def own_names(store: Store) -> dict[tuple[str, str], str]:
    """The community's words for the sources and categories of demands: (catalogue, code) → name."""
    return {
        (name, one.code): one.name
        for name in ("demand_source", "demand_category")
        for one in entries(store, name, all_of_them=True)
        if one.name
    }


def entries(store: Store, catalogue: str, *, all_of_them: bool = False) -> tuple[Entry, ...]:
    """The entries of a catalogue (a key of BUILT_IN) that are offered, or all of them, in the community's order."""
    more = ", parent_code, urgency" if catalogue == "demand_category" else ", NULL, NULL"
    with store.read() as connection:
        rows = run(
            connection,
            f"SELECT code, name, sort_no, coalesce(unused, 0){more} FROM {_known(catalogue)} WHERE deleted = 0",
        ).fetchall()
    found: dict[str, tuple[int, Entry]] = {
        code: (place, Entry(code, "", offered=True, built_in=True))
        for place, code in enumerate(BUILT_IN[catalogue])
    }
    for code, name, sort_no, unused, parent, urgency in rows:
        place = found[code][0] if code in found else len(found) + 1000
        own = Entry(code, name, not unused, code in BUILT_IN[catalogue], parent or "", urgency or "")
        found[code] = (place if sort_no is None else sort_no, own)
    ordered = sorted(found.values(), key=lambda pair: (pair[0], pair[1].code))
    return tuple(entry for _, entry in ordered if entry.offered or all_of_them)


def _known(catalogue: str) -> str:
    if catalogue not in BUILT_IN:
        raise FieldInvalid(entity="demand_category", record="", field="catalogue", reason="not_a_choice")
    return catalogue


def add(store: Store, catalogue: str, name: str, *, parent: str = "", urgency: str = "") -> tuple[str, Done]:
    """Add an entry; returns its code, which it keeps whatever it is called later. Raises FieldInvalid for a name that
    is there already or that the must-never list holds, NotAllowed."""
    _check_name(store, catalogue, name)
    code = f"own_{new_id().hex()[:12]}"
    values: dict[str, Value] = {"code": code, "name": name.strip()}
    if catalogue == "demand_category":
        values |= {"parent_code": parent or None, "urgency": urgency or None}
    return code, _save(store, catalogue, code, values)


def change(store: Store, catalogue: str, code: str, *, name: str = "", offered: bool = True) -> Done:
    """Rename an entry (`name` "" keeps it) or stop offering it; what was registered under it keeps it. `name` is needed
    for a built-in entry that is changed for the first time. Raises FieldInvalid, NotAllowed."""
    if name:
        _check_name(store, catalogue, name, code)
    values: dict[str, Value] = {"unused": 0 if offered else 1}
    if name:
        values["name"] = name.strip()
    return _save(store, catalogue, code, values)


def _check_name(store: Store, catalogue: str, name: str, code: str = "") -> None:
    plain = re.sub(r"\s+", "", name)
    if not plain:
        raise FieldInvalid(entity=catalogue, record="", field="name", reason="required")
    if forbidden_in_name(name):
        raise FieldInvalid(entity=catalogue, record=name, field="name", reason="must_not")
    known = entries(store, catalogue, all_of_them=True)
    if any(re.sub(r"\s+", "", one.name) == plain and one.code != code for one in known):
        raise FieldInvalid(entity=catalogue, record=name, field="name", reason="record_exists")


def _save(store: Store, catalogue: str, code: str, values: dict[str, Value]) -> Done:
    record = catalogue_id(_known(catalogue), code)
    columns = ", ".join(values)
    with store.read() as connection:
        seen = run(
            connection, f"SELECT {columns} FROM {catalogue} WHERE id = ? AND deleted = 0", (record,)
        ).fetchone()
    if seen is None:
        given: dict[str, Value] = {"code": code, **{k: v for k, v in values.items() if v is not None}}
        drafts = [Draft(catalogue, record, OpKind.CREATE, given)]
    else:
        drafts = setting(catalogue, record, dict(zip(values, seen, strict=True)), values)
    return do(store, drafts, Act("catalogue_changed", catalogue, record), record)
