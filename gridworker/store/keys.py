"""The data key of a profile: random, and kept only wrapped by a key derived from the passphrase. A new passphrase
is a new wrapping, never a new database. Writes `keys.json`, nothing else."""

from __future__ import annotations

import base64
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from gridworker.errors import (
    DatabaseFromFuture,
    KeyFileDamaged,
    TooManyTries,
    WeakPassphrase,
    WrongPassphrase,
)
from gridworker.files import read_text, write_atomically

KEY_FILE = "keys.json"
TRIES_FILE = "tries.json"
MIN_PASSPHRASE = 8
#: After this many wrong tries each further one must wait, twice as long each time, up to an hour.
FREE_TRIES = 10
_LONGEST_WAIT = 3600
_VERSION = 1


@dataclass(frozen=True)
class KdfCost:
    """What one guess costs: `memory` in KiB, `passes`, `lanes`. Never below 46 MiB and 1 pass outside tests
    (OWASP ASVS 5.0, appendix C)."""

    memory: int = 64 * 1024
    passes: int = 3
    lanes: int = 4


FLOOR = KdfCost(memory=46 * 1024, passes=1, lanes=4)
#: More than any profile asks for; a damaged file must not ask for it either.
_CEILING = KdfCost(memory=4 * 1024 * 1024, passes=1000, lanes=64)
_NONCE, _SEALED = 12, 32 + 16


def calibrated(target: float = 0.3) -> KdfCost:
    """The cost that takes about `target` seconds here (the design asks for 250 to 500 ms), at least 3 passes."""
    cost = KdfCost()
    begun = time.perf_counter()
    _derive("calibration", b"0" * 16, cost)
    one_pass = max((time.perf_counter() - begun) / cost.passes, 0.001)
    return KdfCost(cost.memory, min(max(cost.passes, round(target / one_pass)), 16), cost.lanes)


def _derive(passphrase: str, salt: bytes, cost: KdfCost) -> bytes:
    kdf = Argon2id(salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory)
    return kdf.derive(passphrase.encode())


def weight_of(passphrase: str) -> int:
    """How long a passphrase is: a Chinese character counts twice."""
    return sum(2 if ord(char) > 0x2E80 else 1 for char in passphrase)


def check_strength(passphrase: str) -> None:
    """Raise WeakPassphrase for one that is too short or repeats one character."""
    if weight_of(passphrase) < MIN_PASSPHRASE or len(set(passphrase)) < 4:
        raise WeakPassphrase(least=MIN_PASSPHRASE)


def new_data_key() -> bytes:
    return os.urandom(32)


def wrap(folder: Path, data_key: bytes, passphrase: str, cost: KdfCost | None = None) -> None:
    """Write `keys.json` in `folder`: the data key readable by `passphrase` alone.

    Raises WeakPassphrase, FolderReadOnly, DiskFull."""
    check_strength(passphrase)
    cost = cost or calibrated()
    salt, nonce = os.urandom(16), os.urandom(_NONCE)
    header = {"version": _VERSION, "kdf": {"name": "argon2id", **asdict(cost)}, "cipher": "aes-256-gcm"}
    sealed = AESGCM(_derive(passphrase, salt, cost)).encrypt(nonce, data_key, _bound(header))
    document = {**header, "salt": _b64(salt), "nonce": _b64(nonce), "key": _b64(sealed)}
    write_atomically(folder / KEY_FILE, json.dumps(document, indent=1).encode(), private=True)


def unwrap(folder: Path, passphrase: str, now: float) -> bytes:
    """The data key. `now` (seconds) feeds the growing delay after FREE_TRIES wrong passphrases.

    Raises WrongPassphrase (with the tries so far), TooManyTries (with the seconds to wait), KeyFileDamaged,
    DatabaseFromFuture for a key file that a newer program wrote: no try is counted."""
    tries, allowed_at = _tries(folder)
    if (
        allowed_at > now + _LONGEST_WAIT
    ):  # the clock was set back: the wait begins anew, it is neither over nor endless
        allowed_at = now + _wait(tries)
        _note_tries(folder, tries, allowed_at)
    if now < allowed_at:
        raise TooManyTries(seconds=int(allowed_at - now) + 1)
    try:
        data_key = _unsealed(json.loads(read_text(folder / KEY_FILE)), passphrase)
    except (ValueError, KeyError, TypeError, OverflowError, MemoryError) as error:
        raise KeyFileDamaged(file=str(folder / KEY_FILE)) from error
    except InvalidTag as error:
        tries += 1
        wait = _wait(tries)
        _note_tries(folder, tries, now + wait if wait else 0.0)
        raise WrongPassphrase(tries=tries) from error
    if tries:
        _note_tries(folder, 0, 0.0)
    return data_key


def _wait(tries: int) -> int:
    """Seconds to wait after that many wrong tries."""
    over = min(tries - FREE_TRIES, 16)
    return min(2**over, _LONGEST_WAIT) if over >= 0 else 0


def _unsealed(document: Any, passphrase: str) -> bytes:
    """The data key in a key file's `document`. Raises InvalidTag for a wrong passphrase, and ValueError, KeyError,
    TypeError, OverflowError or MemoryError for a document that no profile ever had."""
    if document["version"] > _VERSION:
        raise DatabaseFromFuture(found=document["version"], known=_VERSION)
    cost = KdfCost(**{name: int(document["kdf"][name]) for name in ("memory", "passes", "lanes")})
    if cost.memory > _CEILING.memory or cost.passes > _CEILING.passes or cost.lanes > _CEILING.lanes:
        raise ValueError("a cost beyond every computer")
    header = {name: document[name] for name in ("version", "kdf", "cipher")}
    salt, nonce, sealed = (base64.b64decode(document[name]) for name in ("salt", "nonce", "key"))
    if len(nonce) != _NONCE or len(sealed) != _SEALED:
        raise ValueError("a part of another length")
    return AESGCM(_derive(passphrase, salt, cost)).decrypt(nonce, sealed, _bound(header))


def _bound(header: dict[str, object]) -> bytes:
    return json.dumps(header, sort_keys=True).encode()


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _tries(folder: Path) -> tuple[int, float]:
    path = folder / TRIES_FILE
    if not path.exists():
        return 0, 0.0
    try:
        noted = json.loads(path.read_text("utf-8"))
        return int(noted["tries"]), float(noted["allowed_at"])
    except (ValueError, KeyError, TypeError):
        return FREE_TRIES, 0.0  # a tampered count is treated as a full one


def _note_tries(folder: Path, tries: int, allowed_at: float) -> None:
    write_atomically(folder / TRIES_FILE, json.dumps({"tries": tries, "allowed_at": allowed_at}).encode())
