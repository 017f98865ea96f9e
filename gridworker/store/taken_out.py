"""What was taken out of a profile for the server's operator: a file that only the server's key opens, so that it may
lie on a stick. The key is known since enrolment; nobody has to think of a passphrase or pass one on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gridworker.errors import BundleNeedsNetwork, BundleUnreadable
from gridworker.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from gridworker.store.store import Store

#: local_state: the server's public keys, first the X25519 one (32 bytes) for which files are sealed.
SERVER_KEY = "sync.bundle_key"
ENDING = "gwunsent"
_FAMILY, _MAGIC = b"gridworker-unsent/", b"gridworker-unsent/1\n"
_PURPOSE = b"gridworker/1 taken out"
_KEY = 32
#: The key of a file is used once.
_NONCE = bytes(12)


def write_sealed(store: Store, target: Path, content: bytes) -> None:
    """Write `content` into the new file `target`, readable by the server's operator alone.

    Raises BundleNeedsNetwork for a profile that never heard the server's key, DiskFull, FolderReadOnly."""
    key = store.state(SERVER_KEY)
    if not key:
        raise BundleNeedsNetwork()
    write_atomically(target, seal(key[:_KEY], content), private=True)


def seal(public: bytes, content: bytes) -> bytes:
    """`content` for whoever has the private half of the X25519 key `public`."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    ephemeral = X25519PrivateKey.generate()
    preamble = _MAGIC + ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    return preamble + ChaCha20Poly1305(_key(shared, preamble)).encrypt(_NONCE, content, None)


def unseal(private: bytes, path: Path) -> bytes:
    """The content of the file at `path`, with an X25519 private key. Raises BundleUnreadable."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BundleUnreadable(file=str(path), reason="not_bundle") from error
    preamble = raw[: len(_MAGIC) + _KEY]
    if not raw.startswith(_MAGIC) or len(preamble) != len(_MAGIC) + _KEY:
        reason = "newer" if raw.startswith(_FAMILY) and not raw.startswith(_MAGIC) else "not_bundle"
        raise BundleUnreadable(file=str(path), reason=reason)
    try:
        public = X25519PublicKey.from_public_bytes(preamble[len(_MAGIC) :])
        shared = X25519PrivateKey.from_private_bytes(private).exchange(public)
        return ChaCha20Poly1305(_key(shared, preamble)).decrypt(_NONCE, raw[len(preamble) :], None)
    except (InvalidTag, ValueError) as error:
        raise BundleUnreadable(file=str(path), reason="other_key") from error


def _key(shared: bytes, preamble: bytes) -> bytes:
    """Hangs on both sides' keys and on everything readable in front of the content."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), _KEY, hashlib.sha256(preamble).digest(), _PURPOSE).derive(shared)
