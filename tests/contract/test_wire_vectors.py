"""Golden vectors: the wire as bytes. What was sent once must be understood for ever, so these files are added to,
never changed. A stranger may test an implementation of docs/sync-protocol.md with them."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gridworker.models.op import Op, OpResult, decode_ops, encode_ops
from gridworker.models.registry import ENTITIES
from gridworker.sync.protocol import adoption, messages, proofs, sealed
from gridworker.sync.protocol.wire_rows import columns, decode_rows
from tests.contract.test_protocol_page import BEGINNINGS

GOLDEN = Path(__file__).parent / "golden"
KINDS: dict[str, type[msgspec.Struct]] = {
    "adopt_request": adoption.AdoptRequest,
    "adopt_reply": adoption.AdoptReply,
    "adopt_reply_refused": adoption.AdoptReply,
    "enrol_request": messages.EnrolRequest,
    "enrol_reply": messages.EnrolReply,
    "incarnation_request": messages.IncarnationRequest,
    "incarnation_reply": messages.IncarnationReply,
    "wiped_request": messages.WipedRequest,
    "wiped_reply": messages.WipedReply,
    "bundle_reply": messages.BundleReply,
    "bundle_reply_refused": messages.BundleReply,
    "token_request": messages.TokenRequest,
    "token_reply": messages.TokenReply,
    "sync_request": messages.SyncRequest,
    "sync_request_first": messages.SyncRequest,
    "sync_reply": messages.SyncReply,
    "sync_reply_scope": messages.SyncReply,
    "error": messages.ErrorBody,
    "enrol_request_room": messages.EnrolRequest,
    "enrol_reply_size": messages.EnrolReply,
    "sync_reply_size": messages.SyncReply,
    "error_no_room": messages.ErrorBody,
    "error_protocol": messages.ErrorBody,
}


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.json").read_bytes()


def plain(raw: bytes) -> Any:
    return json.loads(raw)


def lacks_only_defaults(written: Any, known: Any) -> bool:
    """Whether all that was written is in the vector: members that have their default may be left out."""
    if isinstance(written, dict) and isinstance(known, dict):
        return all(name in known and lacks_only_defaults(written[name], known[name]) for name in written)
    return bool(written == known)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_messages_are_read_and_written_as_they_always_were(name: str) -> None:
    message = msgspec.json.decode(golden(name), type=KINDS[name])
    written = msgspec.json.encode(message)
    assert lacks_only_defaults(plain(written), plain(golden(name)))
    assert msgspec.json.decode(written, type=KINDS[name]) == message


def test_every_vector_is_tested() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == {*KINDS, "proofs", "columns", "ops_schema_1"}


def test_every_message_has_a_vector() -> None:
    within = {Op, OpResult, messages.Page, sealed.Header}  # in those of others
    assert set(BEGINNINGS) - within - set(KINDS.values()) == set()


def test_ops_are_read_and_written_as_they_always_were() -> None:
    raw = msgspec.json.decode(golden("sync_request"), type=messages.SyncRequest).ops
    ops = decode_ops(raw)
    assert [(op.entity, op.kind, op.seq) for op in ops] == [("visit", "create", 7), ("household", "set", 8)]
    assert ops[0].set["household_id"] == bytes(range(16))
    assert plain(encode_ops(ops)) == plain(bytes(raw))


def test_rows_are_read_as_they_always_were() -> None:
    reply = msgspec.json.decode(golden("sync_reply"), type=messages.SyncReply)
    assert reply.page is not None
    (estate,), (household,) = (decode_rows(part) for part in reply.page.parts)
    assert estate[:5] == (bytes(range(16)), 1, 0, "XF", "学府院")
    named = dict(zip(columns("household"), household, strict=True))
    assert (named["row_version"], named["room"], named["visit_opt_out"], named["note"]) == (4, "501", 1, None)
    assert named["unit_id"] == bytes(range(16, 32))


def test_the_columns_sent_only_ever_grow() -> None:
    was = plain(golden("columns"))
    assert set(was) <= {entity.name for entity in ENTITIES}
    for entity, names in was.items():
        assert set(names) <= set(columns(entity)), entity
    assert was == {entity.name: list(columns(entity.name)) for entity in ENTITIES}  # else: add to the vector


def test_signatures_are_made_as_they_always_were() -> None:
    vector = plain(golden("proofs"))
    private = bytes.fromhex(vector["private_key"])
    assert proofs.public_key(private).hex() == vector["public_key"]
    body = vector["body"].encode()
    message = proofs.sync_message(vector["access"], body)
    assert message.hex() == vector["sync_message"]
    assert proofs.sign(private, message).hex() == vector["sync_proof"]
    renewing = proofs.token_message(bytes.fromhex(vector["device_id"]), vector["refresh"])
    assert renewing.hex() == vector["token_message"]
    assert proofs.sign(private, renewing).hex() == vector["token_proof"]


def test_the_other_signatures_are_made_as_they_always_were() -> None:
    vector = plain(golden("proofs"))
    device, body = bytes.fromhex(vector["device_id"]), vector["body"].encode()
    life, key, code = (
        bytes.fromhex(vector["incarnation"]),
        bytes.fromhex(vector["new_public_key"]),
        vector["code"],
    )
    made = {
        "incarnation_message": proofs.incarnation_message(device, life, key),
        "wiped_message": proofs.wiped_message(device),
        "adoption_message": proofs.adoption_message(body),
        "refusal_message": proofs.refusal_message(body, code),
    }
    assert {name: message.hex() for name, message in made.items()} == {name: vector[name] for name in made}
    by_hand = {  # as a stranger writes them from the document
        "incarnation_message": b"gridworker/1 incarnation\n" + device + life + key,
        "wiped_message": b"gridworker/1 wiped\n" + device,
        "adoption_message": b"gridworker/1 adopt\n" + hashlib.sha256(body).digest(),
        "refusal_message": b"gridworker/1 refusal\n" + hashlib.sha256(body).digest() + code.encode(),
    }
    assert made == by_hand
    proof = bytes.fromhex(vector["refusal_proof"])
    assert proofs.is_signed(bytes.fromhex(vector["public_key"]), proof, made["refusal_message"])


def test_a_bundle_is_read_as_it_always_was() -> None:
    """A file as it lay on a stick once: sealed for the server of this secret, signed by the device of the vector."""
    file, server = GOLDEN / "bundle.request", sealed.own_keys(bytes(range(32)))
    sealed.check(file, bytes.fromhex(plain(golden("proofs"))["public_key"]))
    header = sealed.read_header(file)
    assert (header.kind, header.id, header.practice) == ("request", bytes(range(16)), True)
    frames = list(sealed.read(file, server.opening, 10**6))
    assert frames == [golden("sync_request_first"), golden("sync_request")]


def test_the_signed_bytes_are_what_the_document_says() -> None:
    """Written out here by hand, as a stranger would from the document."""
    vector = plain(golden("proofs"))
    access, body = vector["access"].encode(), vector["body"].encode()
    expected = b"gridworker/1 sync\n" + hashlib.sha256(access).digest() + hashlib.sha256(body).digest()
    assert expected.hex() == vector["sync_message"]
    device, refresh = bytes.fromhex(vector["device_id"]), vector["refresh"].encode()
    assert (b"gridworker/1 token\n" + device + hashlib.sha256(refresh).digest()).hex() == vector[
        "token_message"
    ]


def test_ids_are_the_base64_of_sixteen_bytes() -> None:
    device = plain(golden("sync_request"))["hello"]["device_id"]
    assert len(base64.b64decode(device, validate=True)) == 16
