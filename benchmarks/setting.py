"""What a run is told: how many rounds, how large, and where prepared files and scratch files lie; and what a program
that is started for a bar finds around it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

import gridworker

CACHE_VARIABLE = "GRIDWORKER_BENCH_CACHE"


@dataclass(frozen=True)
class Setting:
    """`size` is the number of visits of a save and of a full window; `records` the number of rows that are synced;
    `peers`: programs of others may be installed and run beside ours."""

    rounds: int
    size: int
    records: int
    cache: Path
    scratch: Path
    peers: bool = True

    def fresh(self, name: str) -> Path:
        """An empty place (that does not exist yet) below the scratch folder."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.scratch)) / name

    def copy(self, prepared: Path, name: str) -> Path:
        """A copy of a prepared folder that may be written to."""
        target = self.fresh(name)
        shutil.copytree(prepared, target)
        return target

    def surroundings(self, home: Path) -> Mapping[str, str]:
        """The environment of a window of its own: no display, folders below `home` instead of this user's, and modules
        that are compiled once, as in an installed program, whatever this shell says about that."""
        places = {f"XDG_{name}_HOME": str(home / name) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
        here = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        compiled = {"PYTHONPYCACHEPREFIX": str(self.cache / "compiled")}
        return {**here, **compiled, **places, "QT_QPA_PLATFORM": "offscreen"}

    def compile_program(self) -> None:
        """For a bar whose first round counts."""
        package, here = Path(gridworker.__file__).parent, self.surroundings(self.scratch)
        subprocess.run([sys.executable, "-m", "compileall", "-q", str(package)], env=here, check=True)


@contextmanager
def setting(
    rounds: int, size: int, records: int, cache: Path | None = None, *, peers: bool = True
) -> Iterator[Setting]:
    """A setting whose scratch files are gone afterwards; prepared files stay in the cache."""
    place = cache or default_cache()
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gridworker-bench-") as scratch:
        yield Setting(rounds, size, records, place, Path(scratch), peers)


def default_cache() -> Path:
    """Where prepared files are kept between runs: $GRIDWORKER_BENCH_CACHE, or this user's cache."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else user_cache_path("gridworker-benchmarks", appauthor=False)
