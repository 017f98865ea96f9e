"""The small digests are those of hashlib, and OpenSSL is not loaded for them."""

from __future__ import annotations

import hashlib
import subprocess
import sys

from gridworker.models import digests


def test_they_are_those_of_hashlib() -> None:
    for begin, known in ((digests.sha1, hashlib.sha1), (digests.sha256, hashlib.sha256)):
        assert begin(b"community").digest() == known(b"community").digest()
    whole = digests.blake2b(digest_size=16)
    whole.update(b"community")
    assert whole.digest() == hashlib.blake2b(b"community", digest_size=16).digest()


def test_opening_a_profile_does_not_load_openssl_for_them() -> None:
    names = "gridworker.cli, gridworker.app, gridworker.store.store, gridworker.ui.desk"
    code = f"import sys, {names}; print('_hashlib' in sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert out.stdout.strip() == "False"
