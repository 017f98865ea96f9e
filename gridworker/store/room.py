"""Whether what is about to be copied fits on this disk: the database grows by it, a verified copy of the database is
made beside it, and the ballast is laid down."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from gridworker.store import ballast
from gridworker.store.store import DATABASE_FILE

_MB, _GB = 1_000_000, 1_000_000_000
#: What is fetched once more may come out larger by this part of it, for the reckoning alone.
_ROUGH = 4


@dataclass(frozen=True)
class Room:
    """`records` of about `size` bytes are to come; they need `needed` bytes of the `free` ones."""

    records: int
    size: int
    needed: int
    free: int

    @property
    def fits(self) -> bool:
        return self.needed <= self.free

    def words(self) -> dict[str, str | int]:
        """The same for a sentence: {records}, {size}, {needed}, {free}, {missing}."""
        sizes = {"size": self.size, "needed": self.needed, "free": self.free}
        missing = max(self.needed - self.free, 0)
        return {
            "records": f"{self.records:,}",
            **{name: size_text(size) for name, size in {**sizes, "missing": missing}.items()},
        }


def size_text(size: int) -> str:
    """`size` bytes for a person: never less than they are, and no finer than matters."""
    return f"{size / _GB:.1f} GB" if size >= _GB else f"{-(-size // _MB)} MB"


def room_for(folder: Path, records: int, size: int, *, anew: bool) -> Room:
    """The room for `records` of `size` bytes in the profile in `folder`. `anew`: they are all it will hold, so that
    only what is more than there is now needs room; else they come beside that. What does not grow needs none."""
    now = _length(folder)
    grown = size - now if anew else size
    if anew and grown < size // _ROUGH:
        grown = 0
    needed = grown + (now + grown) + _ballast(folder) if grown else 0
    return Room(records, size, needed, free_bytes(folder))


def largest(folder: Path) -> int:
    """The largest database (bytes) there is room for in `folder`, which need not exist yet."""
    return max(free_bytes(folder) - _ballast(folder), 0) // 2


def free_bytes(folder: Path) -> int:
    """How much is free on the disk of `folder`, or of the nearest folder above it that exists."""
    there = next((place for place in (folder, *folder.parents) if place.exists()), Path())
    return shutil.disk_usage(there).free


def _ballast(folder: Path) -> int:
    return 0 if (folder / ballast.BALLAST_FILE).exists() else ballast.SIZE


def _length(folder: Path) -> int:
    """The database with its log: what was written lately lies there."""
    files = (folder / DATABASE_FILE, folder / f"{DATABASE_FILE}-wal")
    return sum(file.stat().st_size for file in files if file.exists())
