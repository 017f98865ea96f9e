"""A client as a stranger writes it from docs/sync-protocol.md and docs/registry.md alone: no module of ours, no local
database, one person's laptop in memory."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import time
from typing import Any

import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def uuid7() -> bytes:
    bits = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10))
    return (bits & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62).to_bytes(16)


class Refused(Exception):
    """The server said no: (status, code)."""


class Stranger:
    """One device. `rows` holds what it was given: entity → id → column → value."""

    def __init__(self, url: str, *, practice: bool) -> None:
        self.url, self.practice = url, practice
        self.key, self.incarnation = Ed25519PrivateKey.generate(), os.urandom(16)
        self.epoch, self.server_epoch, self.cursor, self.seq = 0, "", None, 0
        self.server_key = b""
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}
        self.outbox: list[dict[str, Any]] = []
        self.receipts: dict[int, dict[str, Any]] = {}

    def _post(self, path: str, message: dict[str, Any], *, signed: bool = False) -> dict[str, Any]:
        body = json.dumps(message, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
        if len(body) >= 600:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        if signed:
            digests = hashlib.sha256(self.access.encode()).digest() + hashlib.sha256(body).digest()
            headers["Authorization"] = f"Bearer {self.access}"
            headers["X-Gridworker-Proof"] = b64(self.key.sign(b"gridworker/1 sync\n" + digests))
        answer = requests.post(self.url + path, body, headers=headers, timeout=30, allow_redirects=False)
        if answer.headers.get("X-Gridworker") != "1" or answer.headers["Content-Type"] != "application/json":
            raise ConnectionError("something on the way answered")
        if answer.status_code != 200:
            refused: dict[str, Any] = answer.json()
            if answer.status_code == 403 and self.server_key:
                self._believe(refused, body)
            raise Refused(answer.status_code, refused["code"])
        found: dict[str, Any] = answer.json()
        return found

    def _believe(self, refused: dict[str, Any], body: bytes) -> None:
        """Anybody on the way can say 403: only the server can sign it."""
        message = b"gridworker/1 refusal\n" + hashlib.sha256(body).digest() + refused["code"].encode()
        try:
            Ed25519PublicKey.from_public_bytes(self.server_key).verify(
                base64.b64decode(refused.get("proof", "")), message
            )
        except InvalidSignature:
            raise ConnectionError("somebody on the way refused") from None

    def enrol(self, code: str) -> None:
        public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        keys = {"device_key": b64(public), "incarnation": b64(self.incarnation)}
        known = {"code": code, "practice": self.practice, "app": "stranger 1", "protocol": "1.0"}
        told = self._post("/v1/enrol", known | keys)
        self.device_id, self.community, self.access = (
            told["device_id"],
            told["community"]["id"],
            told["access"],
        )
        self.device_no, self.refresh = told["device_no"], told["refresh"]
        self.server_key = base64.b64decode(told["bundle_key"])[32:]

    def renew(self) -> None:
        """New tokens, for the device's signature."""
        digest = hashlib.sha256(self.refresh.encode()).digest()
        signed = self.key.sign(b"gridworker/1 token\n" + base64.b64decode(self.device_id) + digest)
        asked = {"device_id": self.device_id, "refresh": self.refresh, "proof": b64(signed)}
        told = self._post("/v1/token", asked)
        self.access, self.refresh = told["access"], told["refresh"]

    def create(self, entity: str, values: dict[str, Any]) -> int:
        """Save a new record, an act of its own. The seq of its op."""
        self.seq += 1
        op = {"op_id": b64(uuid7()), "seq": self.seq, "txn": b64(uuid7()), "entity": entity}
        self.outbox.append(op | {"record": b64(uuid7()), "kind": "create", "set": values})
        return self.seq

    def sync(self) -> None:
        """Send what is unanswered and take in everything that is new."""
        bootstrap, more = None, True
        while more:
            hello = {"protocol": "1.0", "device_id": self.device_id, "incarnation": b64(self.incarnation)}
            hello |= {"community_id": self.community, "practice": self.practice, "app": "stranger 1"}
            hello |= {"epoch": self.epoch, "server_epoch": self.server_epoch}
            pull = {"cursor": self.cursor, "bootstrap": bootstrap, "rows": 5000}
            answer = self._post("/v1/sync", {"hello": hello, "ops": self.outbox, "pull": pull}, signed=True)
            self.receipts.update((result["seq"], result) for result in answer.get("results", ()))
            self.outbox = [op for op in self.outbox if op["seq"] not in self.receipts]
            if answer.get("scope_changed"):
                raise Refused(200, "scope_changed")  # a whole client lets go of rows here
            self.epoch, self.server_epoch = answer["hello"]["epoch"], answer["hello"]["server_epoch"]
            page = answer["page"]
            for part in page.get("parts", ()):
                self._take(part["entity"], part["columns"], part["rows"])
            for gone in page.get("gone", ()):
                self.rows.get(gone["entity"], {}).pop(gone["id"], None)
            bootstrap = page.get("bootstrap")
            self.cursor = None if bootstrap else page["through_seq"]
            more = bool(bootstrap) or page.get("more", False)

    def _take(self, entity: str, columns: list[str], rows: list[list[Any]]) -> None:
        held = self.rows.setdefault(entity, {})
        for row in (dict(zip(columns, values, strict=True)) for values in rows):
            if row["row_version"] > held.get(row["id"], {"row_version": 0})["row_version"]:
                held[row["id"]] = row
