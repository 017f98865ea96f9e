"""The code on a resident's slip: six characters and one that tells a typing error. It is shown once; what is kept is a
salted hash, from which nobody reads it. OpenSSL is loaded by whoever makes or tries a code."""

from __future__ import annotations

import unicodedata

from gridworker.models.digests import sha256

#: Without the characters that are taken for one another on paper.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 6
_COST = {"n": 2**14, "r": 8, "p": 1}


def new_code() -> str:
    """A random code with its check character."""
    import secrets

    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return drawn + check_of(drawn)


def check_of(drawn: str) -> str:
    """The check character: one wrong character, or two that changed places, do not go unseen."""
    total = sum((place + 1) * ALPHABET.index(sign) for place, sign in enumerate(drawn))
    return ALPHABET[total % len(ALPHABET)]


def read_code(typed: str) -> str:
    """The code as it was printed, however it was typed: in groups or not, in small letters, in the wide ones of a
    Chinese keyboard. Raises ValueError for one that cannot be."""
    code = "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())
    if len(code) != LENGTH + 1 or any(sign not in ALPHABET for sign in code):
        raise ValueError("not_a_slip_code")
    if check_of(code[:LENGTH]) != code[LENGTH]:
        raise ValueError("not_a_slip_code")
    return code


def new_salt() -> str:
    """A salt of its own for each slip, in hexadecimal."""
    import secrets

    return secrets.token_hex(16)


def hash_of(code: str, salt: str) -> str:
    """What is kept of a code, in hexadecimal: not enough to rate with."""
    return sha256(proof_of(code, salt).encode()).hexdigest()


def proof_of(code: str, salt: str) -> str:
    """What shows that somebody knows the code without telling it, in hexadecimal. It costs some hundredths of a second,
    so that trying all is long."""
    import hashlib

    return hashlib.scrypt(code.encode(), salt=bytes.fromhex(salt), **_COST, dklen=32).hex()


def is_proof(proof: str, code_hash: str) -> bool:
    """True if `proof` is that of the code of which `code_hash` was kept."""
    import hmac

    return hmac.compare_digest(sha256(proof.encode()).hexdigest(), code_hash)
