"""What an account may see today: appointments in force give grants, grants give buckets. The one layer that every
page goes through. The epoch rises whenever the set of buckets differs from the one noted last."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from gridworker.models.entity import BucketClass
from gridworker.models.ids import bucket_id
from gridworker.models.roles import ROLES, AreaTree, Grant, visible_buckets
from gridworker.server.auth import Device
from gridworker.server.database import Domain
from gridworker.server.refusal import Refusal
from gridworker.store.connection import Connection

#: The order of a first copy: what everything refers to comes first.
CLASS_ORDER = (
    BucketClass.COMMON,
    BucketClass.CASE,
    BucketClass.CARE,
    BucketClass.OFFICE,
    BucketClass.STREET,
)
_KEPT = 5_000


@dataclass(frozen=True)
class View:
    """The buckets an account sees, in the order of a first copy, and the grants its ops are judged by. A `closed`
    account has neither: what it still sends is held."""

    grants: tuple[Grant, ...]
    buckets: tuple[tuple[bytes, BucketClass], ...]
    ids: frozenset[bytes]
    manifest: bytes
    tree: AreaTree
    closed: bool = False


@dataclass
class Scopes:
    """Views by account, remembered as long as the day and the community's tree and posts stay the same."""

    _views: dict[tuple[bytes, bytes, str, int], View] = field(default_factory=dict)
    _trees: dict[bytes, tuple[int, AreaTree]] = field(default_factory=dict)

    def view(self, connection: Connection, domain: Domain, device: Device, today: str) -> View:
        """What the account of `device` may see on `today`."""
        return self.of_account(connection, domain, device.account_id, device.member_id, today)

    def of_account(
        self, connection: Connection, domain: Domain, account_id: bytes, member_id: bytes, today: str
    ) -> View:
        """What the account of this member may see on `today`."""
        key = (domain.id, account_id, today, domain.tree_version)
        if key not in self._views:
            if len(self._views) > _KEPT:
                self._views.clear()
            self._views[key] = self._look(connection, domain, account_id, member_id, today)
        return self._views[key]

    def _look(
        self, connection: Connection, domain: Domain, account_id: bytes, member_id: bytes, today: str
    ) -> View:
        state = connection.exec_driver_sql(
            "SELECT state FROM account WHERE domain_id = ? AND id = ? AND deleted = 0",
            (domain.id, account_id),
        ).scalar()
        tree = self._tree(connection, domain)
        if state != "active":
            return View((), (), frozenset(), b"", tree, closed=True)
        grants = grants_of(connection, domain.id, member_id, today)
        seen = visible_buckets(grants, tree)
        ordered = sorted(
            ((bucket_id(n, c), c) for n, c in seen), key=lambda b: (CLASS_ORDER.index(b[1]), b[0])
        )
        manifest = hashlib.sha256(b"".join(bucket for bucket, _ in ordered)).digest()
        return View(grants, tuple(ordered), frozenset(bucket for bucket, _ in ordered), manifest, tree)

    def _tree(self, connection: Connection, domain: Domain) -> AreaTree:
        version, tree = self._trees.get(domain.id, (-1, AreaTree({})))
        if version != domain.tree_version:
            rows = connection.exec_driver_sql(
                "SELECT id, parent_id FROM area_unit WHERE domain_id = ? AND deleted = 0", (domain.id,)
            )
            tree = AreaTree({row[0]: row[1] for row in rows})
            self._trees[domain.id] = (domain.tree_version, tree)
        return tree


def refuse_closed(view: View) -> None:
    """Raises Refusal 403 for a closed account: it gets nothing any more."""
    if view.closed:
        raise Refusal(403, "account_closed", "the account is closed", noted=True)


def grants_of(connection: Connection, domain_id: bytes, member_id: bytes, today: str) -> tuple[Grant, ...]:
    """The appointments of a member in force on `today`; a role this version does not know gives nothing."""
    rows = connection.exec_driver_sql(
        "SELECT role_code, area_unit_id FROM appointment WHERE domain_id = ? AND member_id = ? AND deleted = 0 "
        "AND valid_from <= ? AND (valid_to IS NULL OR valid_to >= ?)",
        (domain_id, member_id, today, today),
    )
    return tuple(Grant(ROLES[code], node) for code, node in rows if code in ROLES)


def noted_epoch(connection: Connection, device: Device, view: View) -> int | None:
    """The epoch of `view` if it is the one noted last, else None: then `note_epoch` must be called in a write."""
    row = connection.exec_driver_sql(
        "SELECT epoch, manifest FROM scope WHERE domain_id = ? AND account_id = ?",
        (device.domain_id, device.account_id),
    ).fetchone()
    return int(row[0]) if row and row[1] == view.manifest else None


def note_epoch(connection: Connection, device: Device, view: View) -> int:
    """Note `view` as the account's present scope and return its epoch."""
    known = noted_epoch(connection, device, view)
    if known is not None:
        return known
    before, lost = _noted_buckets(connection, device)
    lost = (lost | before) - view.ids
    row = connection.exec_driver_sql(
        "INSERT INTO scope (domain_id, account_id, epoch, manifest, buckets, lost) VALUES (?, ?, 1, ?, ?, ?) "
        "ON CONFLICT (domain_id, account_id) DO UPDATE SET epoch = scope.epoch + 1, manifest = excluded.manifest, "
        "buckets = excluded.buckets, lost = excluded.lost RETURNING epoch",
        (
            device.domain_id,
            device.account_id,
            view.manifest,
            b"".join(sorted(view.ids)),
            b"".join(sorted(lost)),
        ),
    ).one()
    return int(row[0])


def once_seen(connection: Connection, device: Device) -> frozenset[bytes]:
    """Every bucket the account was ever told to hold."""
    before, lost = _noted_buckets(connection, device)
    return before | lost


def buckets_told(connection: Connection, domain_id: bytes, account_id: bytes | None) -> frozenset[bytes]:
    """The buckets an account was last told to hold."""
    row = connection.exec_driver_sql(
        "SELECT buckets FROM scope WHERE domain_id = ? AND account_id = ?", (domain_id, account_id)
    ).fetchone()
    return _split(row[0]) if row else frozenset()


def _noted_buckets(connection: Connection, device: Device) -> tuple[frozenset[bytes], frozenset[bytes]]:
    row = connection.exec_driver_sql(
        "SELECT buckets, lost FROM scope WHERE domain_id = ? AND account_id = ?",
        (device.domain_id, device.account_id),
    ).fetchone()
    return (_split(row[0]), _split(row[1])) if row else (frozenset(), frozenset())


def _split(joined: bytes | None) -> frozenset[bytes]:
    raw = bytes(joined or b"")
    return frozenset(raw[at : at + 16] for at in range(0, len(raw), 16))
