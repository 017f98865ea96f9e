"""Bundles: an exchange as a file that travels on a stick. Signed by who wrote it, sealed for who is to read it, cut
anywhere or changed anywhere refused as a whole; the format is in docs/sync-protocol.md."""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gridworker.errors import BundleUnreadable, TargetNotWritable
from gridworker.files import plain_errors, sync_folder
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.bodies import (
    DOWN_INFLATED,
    BodyTooLarge,
    BodyUnreadable,
    deflate,
    inflate,
)

#: How the two directions are named: as `kind` in the header, and as the end of the file's name.
REQUEST, ANSWER = "request", "answer"
_FAMILY, _MAGIC = b"gridworker-bundle/", b"gridworker-bundle/1\n"
_PURPOSE = b"gridworker/1 bundle\n"
_LENGTH = struct.Struct(">I")
_MOST_HEADER, _MOST_FRAME = 4096, DOWN_INFLATED + 1024
_TAG, _SIGNATURE, _STEP = 16, 64, 1 << 20
_ENCODINGS = ("", "zstd")


class Header(msgspec.Struct, frozen=True):
    """What is readable without a key; no word about anybody. `id` is the request's, also in its answer. `ephemeral` is
    the writer's X25519 public key for this file alone, `reply_key` the one a request wants its answer sealed for."""

    kind: str
    id: bytes
    community_id: bytes
    practice: bool
    device_id: bytes
    incarnation: bytes
    ephemeral: bytes = b""
    reply_key: bytes = b""


@dataclass(frozen=True)
class OwnKeys:
    """A server's private keys (32 bytes each): X25519 to open requests, Ed25519 to sign answers."""

    opening: bytes
    signing: bytes

    @property
    def public(self) -> bytes:
        """Both public keys, as devices know them (64 bytes)."""
        return public_key(self.opening) + proofs.public_key(self.signing)


def own_keys(secret: bytes) -> OwnKeys:
    """The keys that follow from a server's secret: every process of one server has the same."""
    return OwnKeys(
        _derived(secret, b"gridworker/1 bundle open"), _derived(secret, b"gridworker/1 bundle sign")
    )


def new_key() -> bytes:
    """A fresh X25519 private key (32 bytes)."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_key(private: bytes) -> bytes:
    """The X25519 public key (32 bytes) of `private`."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def _derived(secret: bytes, purpose: bytes, salt: bytes | None = None) -> bytes:
    return HKDF(SHA256(), 32, salt, purpose).derive(secret)


def _cipher(private: bytes, public: bytes, preamble: bytes) -> ChaCha20Poly1305:
    """The cipher of one file: its key hangs on both sides' keys and on everything readable in front of it."""
    shared = X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))
    return ChaCha20Poly1305(_derived(shared, _PURPOSE, hashlib.sha256(preamble).digest()))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


# -- writing -----------------------------------------------------------------------------------------------------


def write(path: Path, header: Header, frames: Iterable[bytes], recipient: bytes, signer: bytes) -> None:
    """Write a new bundle: under another name until the last byte is on the medium, and never over an older file.

    `recipient` is an X25519 public key, `signer` an Ed25519 private one. Raises TargetNotWritable when `path` exists
    or its folder does not, DiskFull, FolderReadOnly."""
    if path.exists() or not path.parent.is_dir():
        raise TargetNotWritable(path=str(path))
    part = path.with_name(path.name + ".part")
    with plain_errors(path):
        try:
            with part.open("wb") as file:
                _write(file, header, frames, recipient, signer)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
    sync_folder(path.parent)


def _write(file: BinaryIO, header: Header, frames: Iterable[bytes], recipient: bytes, signer: bytes) -> None:
    ephemeral = new_key()
    said = msgspec.json.encode(msgspec.structs.replace(header, ephemeral=public_key(ephemeral)))
    preamble = _MAGIC + _LENGTH.pack(len(said)) + said
    cipher, whole = _cipher(ephemeral, recipient, preamble), hashlib.sha256(preamble)
    file.write(preamble)

    def put(number: int, plain: bytes, *, last: bool) -> None:
        closed = cipher.encrypt(_nonce(number, last=last), plain, None)
        for piece in (_LENGTH.pack(len(closed)), closed):
            whole.update(piece)
            file.write(piece)

    number = 0
    for frame in frames:
        packed, encoding = deflate(frame, "zstd")
        put(number, bytes([_ENCODINGS.index(encoding)]) + packed, last=False)
        number += 1
    put(number, b"", last=True)
    file.write(proofs.sign(signer, _PURPOSE + whole.digest()))


# -- reading -----------------------------------------------------------------------------------------------------


def read_header(path: Path) -> Header:
    """What `path` says of itself; nothing of it is proven yet. Raises BundleUnreadable."""
    with _opened(path) as file:
        return _preamble(path, file)[0]


def check(path: Path, sender: bytes) -> None:
    """Raise BundleUnreadable unless the file is whole and was signed with the Ed25519 key that belongs to `sender`."""
    with _opened(path) as file:
        _, preamble = _preamble(path, file)
        whole = hashlib.sha256(preamble)
        length = 0
        while length != _TAG:
            head = _exactly(path, file, _LENGTH.size)
            whole.update(head)
            length = left = _size(path, head)
            while left:
                piece = _exactly(path, file, min(left, _STEP))
                whole.update(piece)
                left -= len(piece)
        signature = _exactly(path, file, _SIGNATURE)
        if file.read(1) or not proofs.is_signed(sender, signature, _PURPOSE + whole.digest()):
            raise BundleUnreadable(file=str(path), reason="altered")


def read(path: Path, private: bytes, cap: int) -> Iterator[bytes]:
    """The frames, opened with an X25519 private key, none larger than `cap` bytes. Raises BundleUnreadable."""
    with _opened(path) as file:
        header, preamble = _preamble(path, file)
        try:
            cipher = _cipher(private, header.ephemeral, preamble)
        except ValueError as error:
            raise BundleUnreadable(file=str(path), reason="altered") from error
        number, last = 0, False
        while not last:
            closed = _exactly(path, file, _size(path, _exactly(path, file, _LENGTH.size)))
            last = len(closed) == _TAG
            try:
                plain = cipher.decrypt(_nonce(number, last=last), closed, None)
                if not last:
                    yield inflate(plain[1:], _ENCODINGS[plain[0]], cap)
            except InvalidTag as error:
                raise BundleUnreadable(file=str(path), reason="altered" if number else "other_key") from error
            except (BodyTooLarge, BodyUnreadable, IndexError) as error:
                raise BundleUnreadable(file=str(path), reason="altered") from error
            number += 1


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with plain_errors(path):
        try:
            file = path.open("rb")
        except (FileNotFoundError, IsADirectoryError) as error:
            raise BundleUnreadable(file=str(path), reason="not_bundle") from error
        with file:
            yield file


def _preamble(path: Path, file: BinaryIO) -> tuple[Header, bytes]:
    magic = file.read(len(_MAGIC))
    if magic != _MAGIC:
        ours = "cut" if _MAGIC.startswith(magic) else "not_bundle"
        newer = magic.startswith(_FAMILY) and magic != _MAGIC[: len(magic)]
        raise BundleUnreadable(file=str(path), reason="newer" if newer else ours)
    head = _exactly(path, file, _LENGTH.size)
    if (size := _LENGTH.unpack(head)[0]) > _MOST_HEADER:
        raise BundleUnreadable(file=str(path), reason="altered")
    said = _exactly(path, file, size)
    try:
        return msgspec.json.decode(said, type=Header), magic + head + said
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BundleUnreadable(file=str(path), reason="altered") from error


def _size(path: Path, head: bytes) -> int:
    size = int(_LENGTH.unpack(head)[0])
    if not _TAG <= size <= _MOST_FRAME:
        raise BundleUnreadable(file=str(path), reason="altered")
    return size


def _exactly(path: Path, file: BinaryIO, size: int) -> bytes:
    found = file.read(size)
    if len(found) != size:
        raise BundleUnreadable(file=str(path), reason="cut")
    return found
