"""Signatures: only the device's own key, over exactly this token and this body."""

from __future__ import annotations

from gridworker.sync.protocol import proofs


def test_a_proof_fits_one_token_one_body_one_key() -> None:
    key, other = proofs.new_key(), proofs.new_key()
    public = proofs.public_key(key)
    message = proofs.sync_message("token", b"body")
    proof = proofs.sign(key, message)
    assert proofs.is_signed(public, proof, message)
    assert not proofs.is_signed(proofs.public_key(other), proof, message)
    assert not proofs.is_signed(public, proof, proofs.sync_message("token", b"Body"))
    assert not proofs.is_signed(public, proof, proofs.sync_message("Token", b"body"))
    assert not proofs.is_signed(public, b"", message)
    assert not proofs.is_signed(b"short", proof, message)


def test_a_proof_for_one_purpose_is_none_for_another() -> None:
    assert proofs.token_message(b"d" * 16, "t") != proofs.sync_message("t", b"d" * 16)
