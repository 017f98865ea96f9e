"""The certificate authority a profile trusts for its server, when it is an organisation's own: kept in the encrypted
database, written out for the library that needs a file."""

from __future__ import annotations

import ssl
from pathlib import Path

from gridworker.errors import AuthorityInvalid
from gridworker.files import write_atomically
from gridworker.store.store import Store
from gridworker.sync import keeping
from gridworker.sync.transport import http

AUTHORITY_FILE = "server-ca.pem"
#: No bundle of certificates is larger.
_MOST = 1024 * 1024


def read_authority(path: Path) -> bytes:
    """The certificates in the PEM file `path`. Raises AuthorityInvalid for anything else."""
    try:
        found = path.read_bytes() if path.stat().st_size <= _MOST else b""
        ssl.create_default_context(cadata=found.decode("ascii"))
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        raise AuthorityInvalid(path=str(path)) from error
    if b"-----BEGIN CERTIFICATE-----" not in found:
        raise AuthorityInvalid(path=str(path))
    return found


def transport_of(store: Store) -> http.HttpTransport:
    """The way to the server of an enrolled profile: only its own authority is trusted if it was given one. The file
    beside the database is written anew each time; who changes it changes nothing."""
    kept = store.state(keeping.SERVER_CA)
    if not kept:
        return http.HttpTransport(store.known.server_url)
    return http.HttpTransport(store.known.server_url, authority=write_authority(store, kept))


def write_authority(store: Store, kept: bytes) -> Path:
    """Put these certificates into a file beside the database, for the library that needs one."""
    path = store.folder / AUTHORITY_FILE
    write_atomically(path, kept)
    return path
