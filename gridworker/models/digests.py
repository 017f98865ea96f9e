"""The digests that identifiers, sums and the audit are made of, from Python's own small modules where it has them, as
its `random` does: `hashlib` loads the whole of OpenSSL, 3.5 MiB that nothing else here needs."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Protocol


class Digest(Protocol):
    """A digest in the making."""

    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...

    def hexdigest(self) -> str: ...


Begin = Callable[..., Digest]


def _found(name: str, *modules: str) -> Begin:
    for module in (*modules, "hashlib"):
        try:
            begin: Begin = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError):  # another version of Python, or another Python
            continue
        return begin
    raise ImportError(name)


#: As in `hashlib`; the small modules are called otherwise from Python 3.12 on.
sha1 = _found("sha1", "_sha1")
sha256 = _found("sha256", "_sha256", "_sha2")
blake2b = _found("blake2b", "_blake2")
