"""Human numbers such as Z26-07-0042: letter, year, device number, counter. Unique because device numbers are, also
between two computers that never met; never renumbered, never a key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gridworker.models.op import Draft, OpKind
from gridworker.models.registry import BY_NAME
from gridworker.store.connection import Connection
from gridworker.store.state import NewProfile
from gridworker.store.statements import run_many, scalar


def take_number(connection: Connection, letter: str, year: int, device_no: int, mark: str = "") -> str:
    """The next number of a series, inside the transaction that uses it. `year` is the China year of the act;
    `mark` tells a copy without a number of its own from the device it was copied from."""
    series = f"{letter}{year % 100:02d}-{device_no:02d}{mark}"
    counter = scalar(
        connection,
        "INSERT INTO counter (series, last) VALUES (?, 1) ON CONFLICT (series) DO UPDATE SET last = last + 1 "
        "RETURNING last",
        (series,),
    )
    return f"{series}-{counter:04d}"


def numbers_for(
    connection: Connection, changes: Sequence[Draft], known: NewProfile, today: str
) -> dict[bytes, str]:
    """A number for every record that `changes` create and that has one, by record."""
    creating = [d for d in changes if d.kind is OpKind.CREATE and "no" not in d.set]  # a number given is kept
    letters = {d.record: BY_NAME[d.entity].number for d in creating}
    return {
        record: take_number(connection, letter, int(today[:4]), known.device_no, known.number_mark)
        for record, letter in letters.items()
        if letter
    }


def note_numbers(connection: Connection, numbers: Iterable[str]) -> None:
    """Remember numbers given elsewhere under a series, so that the next one taken here is a new one."""
    highest: dict[str, int] = {}
    for number in numbers:
        series, _, counter = number.rpartition("-")
        highest[series] = max(highest.get(series, 0), int(counter))
    run_many(
        connection,
        "INSERT INTO counter (series, last) VALUES (?, ?) "
        "ON CONFLICT (series) DO UPDATE SET last = max(last, excluded.last)",
        list(highest.items()),
    )
