"""SQLCipher without the product: the driver, a raw key, plain statements. What the limits are measured with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from gridworker.store.database import CACHE_KIB, connect_raw


def opened(path: Path, key: bytes, *, synchronous: str = "FULL") -> Any:
    """A driver connection with the product's cache, in WAL mode."""
    raw = connect_raw(path, key)
    for pragma in (
        "temp_store = MEMORY",
        f"cache_size = -{CACHE_KIB}",
        "journal_mode = WAL",
        f"synchronous = {synchronous}",
    ):
        raw.execute(f"PRAGMA {pragma}")
    return raw


@contextmanager
def as_it_comes() -> Iterator[None]:
    """The driver without what the product tells it about bytes and NULL (store/database.py), for all connections."""
    told = {key: dbapi2.adapters.pop(key) for key in tuple(dbapi2.adapters) if key[0] in (bytes, type(None))}
    try:
        yield
    finally:
        dbapi2.adapters.update(told)


def new_key() -> bytes:
    return os.urandom(32)


def columns_of(raw: Any, table: str) -> list[str]:
    return [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]


def insert(table: str, columns: Sequence[str], *, replacing: bool = False) -> str:
    verb = "INSERT OR REPLACE" if replacing else "INSERT"
    return f"{verb} INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
