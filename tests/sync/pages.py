"""Reads a profile the way a thief with the passphrase would: every page of the file and its log decrypted, used or
not, so that a word left in a free page or a search table is found."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, RESERVE, SALT = 4096, 80, 16
WAL_HEADER, FRAME_HEADER = 32, 24


def decrypted(folder: Path, key: bytes) -> bytes:
    """Everything in the files of the profile in `folder`: database and log page by page, other files as they are.
    Copies of the database in `backups` are left out: they open locked."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or "backups" in path.parts:
            continue
        raw = path.read_bytes()
        if path.suffix == ".db":
            found += [_page(raw[at : at + PAGE], key, first=at == 0) for at in range(0, len(raw), PAGE)]
        elif path.name.endswith("-wal"):
            step = FRAME_HEADER + PAGE
            for at in range(WAL_HEADER, len(raw), step):
                number = int.from_bytes(raw[at : at + 4], "big")
                found.append(_page(raw[at + FRAME_HEADER : at + step], key, first=number == 1))
        else:
            found.append(raw)
    return b"".join(found)


def _page(raw: bytes, key: bytes, *, first: bool) -> bytes:
    start = SALT if first else 0
    body, iv = raw[start : PAGE - RESERVE], raw[PAGE - RESERVE : PAGE - RESERVE + 16]
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return decryptor.update(body) + decryptor.finalize()
