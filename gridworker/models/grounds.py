"""What stands on a consent: which personal fields lose their ground when it is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gridworker.models.op import Value

Row = Mapping[str, Value]
#: A day after all days: every ground was recorded before it.
_ALWAYS = "9999-12-31"


def codes(value: Value) -> set[str]:
    """The codes of a list as a field keeps it."""
    return set(str(value).split(",")) if value else set()


def fields_lost(
    fields: set[str],
    resident_id: bytes,
    consents: Iterable[Row],
    grounds: Iterable[Row],
    until: str = _ALWAYS,
) -> set[str]:
    """Those of `fields` for which nothing is left once a consent to them is taken back: neither one of the other
    `consents` of the resident nor one of the `grounds` of the household, which may be a consent only if it was recorded
    after the day `until`."""
    kept: set[str] = set()
    for consent in consents:
        if not consent["withdrawn_on"] and (until == _ALWAYS or str(consent["given_on"]) > until):
            kept |= codes(consent["fields"])
    for ground in grounds:
        fresh = ground["kind"] != "consent" or str(ground["recorded_on"]) > until
        if fresh and ground["resident_id"] in (None, resident_id):
            kept |= codes(ground["fields"])
    return fields - kept


def went_with(lost: set[str], resident_id: bytes, ground: Row) -> bool:
    """Whether a ground was this resident's consent to what is lost."""
    return (
        ground["kind"] == "consent"
        and ground["resident_id"] == resident_id
        and bool(lost & codes(ground["fields"]))
    )
