"""What every verb needs of the arguments: the server they name, opened for a while, and a way to speak."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gridworker.models.days import Clock
from gridworker.server.database import Place, ServerDatabase

#: Names a PostgreSQL database where neither --data nor --database does.
ADDRESS_VARIABLE = "GRIDWORKER_DATABASE"
Say = Callable[..., None]


def place(asked: argparse.Namespace) -> Place:
    """The folder or the database address that was named."""
    named: Place = asked.data if asked.data else str(asked.address)
    return named


@contextmanager
def opened(asked: argparse.Namespace) -> Iterator[ServerDatabase]:
    """The server that was named, closed afterwards. Raises as `ServerDatabase.open` does."""
    database = ServerDatabase.open(place(asked), Clock())
    try:
        yield database
    finally:
        database.close()
