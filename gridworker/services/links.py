"""联户: which member keeps in touch with which households. A link lasts from day to day; ending it keeps its past."""

from __future__ import annotations

from collections.abc import Iterable

from gridworker.models.days import plus_days
from gridworker.models.household import link_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.services.acts import Done, do
from gridworker.store.audit import Act
from gridworker.store.queries.links import link_rows
from gridworker.store.store import Store


def change_links(
    store: Store, member_id: bytes, link: Iterable[bytes] = (), unlink: Iterable[bytes] = ()
) -> Done:
    """Give a member households to keep in touch with, from today, and take others away, as one act.

    Raises FieldInvalid, NotAllowed; then nothing changed."""
    today = store.clock.today()
    wanted, ended = tuple(dict.fromkeys(link)), tuple(dict.fromkeys(unlink))
    known = link_rows(store, [link_id(home, member_id) for home in (*wanted, *ended)])
    drafts: list[Draft] = []
    for home in wanted:
        record = link_id(home, member_id)
        values: dict[str, Value] = {"valid_from": today, "valid_to": None}
        if record not in known:
            fresh: dict[str, Value] = {"household_id": home, "member_id": member_id, "valid_from": today}
            drafts.append(Draft("household_link", record, OpKind.CREATE, fresh))
        elif known[record][1] is not None:  # it had ended: it begins again
            base: dict[str, Value] = dict(zip(("valid_from", "valid_to"), known[record], strict=True))
            drafts.append(Draft("household_link", record, OpKind.SET, values, base))
    for home in ended:
        record = link_id(home, member_id)
        if record in known and known[record][1] is None:
            end: dict[str, Value] = {"valid_to": plus_days(today, -1)}
            drafts.append(Draft("household_link", record, OpKind.SET, end, {"valid_to": None}))
    return do(store, drafts, Act("links_changed", "member", member_id), member_id)


def link_homes(store: Store, member_id: bytes, homes: Iterable[bytes], on: bool) -> Done:
    """Give several households to a member, or (`on` False) take them away. Raises FieldInvalid, NotAllowed."""
    chosen = tuple(homes)
    return change_links(store, member_id, chosen if on else (), () if on else chosen)
