"""What a device signs to show that a request is its own: a token that was overheard or copied is useless without
the device's key. No clock takes part."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_TOKEN = b"gridworker/1 token\n"
_SYNC = b"gridworker/1 sync\n"
_INCARNATION = b"gridworker/1 incarnation\n"
_ADOPT = b"gridworker/1 adopt\n"
_WIPED = b"gridworker/1 wiped\n"
_REFUSAL = b"gridworker/1 refusal\n"


def digest(text: str) -> bytes:
    """The SHA-256 of a token; a server keeps only this."""
    return hashlib.sha256(text.encode()).digest()


def token_message(device_id: bytes, refresh: str) -> bytes:
    """What is signed to renew a token: the purpose, the device's id, the digest of the refresh token."""
    return _TOKEN + device_id + digest(refresh)


def sync_message(access: str, body: bytes) -> bytes:
    """What is signed with every exchange: the purpose, the digest of the access token, the digest of `body` exactly
    as it is sent (compressed)."""
    return _SYNC + digest(access) + hashlib.sha256(body).digest()


def incarnation_message(device_id: bytes, incarnation: bytes, device_key: bytes) -> bytes:
    """What the old key signs for a copy: the purpose, the old device's id, the new incarnation and the new public
    key."""
    return _INCARNATION + device_id + incarnation + device_key


def adoption_message(body: bytes) -> bytes:
    """What the device signs with every request of an adoption: the purpose and the digest of `body` as it is sent."""
    return _ADOPT + hashlib.sha256(body).digest()


def wiped_message(device_id: bytes) -> bytes:
    """What is signed as a receipt before a stopped device destroys its key: the purpose and the device's id."""
    return _WIPED + device_id


def refusal_message(body: bytes, code: str) -> bytes:
    """What a server signs when it sends a device away: the purpose, the digest of the request's `body` as it was sent,
    the code. Nobody on the way can stop a device with it."""
    return _REFUSAL + hashlib.sha256(body).digest() + code.encode()


def new_key() -> bytes:
    """A fresh private key (32 bytes)."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_key(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(private: bytes, message: bytes) -> bytes:
    """The Ed25519 signature (64 bytes) of `message`."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(message)


def is_signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """True if `signature` of `message` was made by the key that belongs to `public`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
