"""What must be said before a file leaves the profile, and putting on record that it did. Files are written by
exports/leaving.py, which asks here first and tells here what it wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from gridworker.errors import FieldInvalid, UnmaskNotAllowed
from gridworker.models.export import ANSWER_LIMIT, EXPORT_LOG
from gridworker.models.guard import holds_identity_number
from gridworker.models.ids import new_id
from gridworker.models.op import Value
from gridworker.services.acts import create
from gridworker.store.audit import Act
from gridworker.store.export_rows import Release, Written
from gridworker.store.keys import weight_of
from gridworker.store.statements import scalar
from gridworker.store.store import Store

#: The act of the audit, and the right to let names and doors out.
EXPORTED, UNMASK = "exported", "unmask"
#: Characters of a purpose, a recipient and a reason.
LIMIT = ANSWER_LIMIT
#: A locked zip is tried out offline without end: more is asked than of the profile.
LEAST_PASSPHRASE = 12
_LAST = "last_release"
#: What each answer is called where it is refused.
FIELDS = {"purpose": "export_purpose", "recipient": "recipient", "unmask_reason": "unmask_reason"}
#: Kind of a period → the code of its report.
REPORT_CODES: Mapping[str, str] = MappingProxyType(
    {
        "week": "weekly_report",
        "month": "monthly_report",
        "quarter": "quarterly_analysis",
        "year": "annual_showcase",
    }
)


class ExportRegister:
    """What the profile has to say about one export: `what` (a code such as `weekly_report`) for a node and a period,
    written as `form` (xlsx, pdf, …)."""

    def __init__(self, store: Store, what: str, node_id: bytes, period: str, form: str) -> None:
        self._store, self._act = store, (what, node_id, period, form)

    def permit(self, release: Release, file_name: str) -> None:
        """Raises FieldInvalid for what is missing, too long or names an identity number, UnmaskNotAllowed where names
        and doors may not leave through this account."""
        for name, text in _texts(release).items():
            reason = _wrong_with(name, text)
            if reason:
                raise FieldInvalid(entity="export", record="", field=FIELDS[name], reason=reason)
        if holds_identity_number(file_name):
            raise FieldInvalid(entity="export", record="", field="file_name", reason="identity_number")
        if release.passphrase and not is_safe(release.passphrase):
            raise FieldInvalid(entity="export", record="", field="zip_passphrase", reason="zip_too_weak")
        if not release.masked and not may_unmask(self._store):
            raise UnmaskNotAllowed

    def record(self, release: Release, written: Written) -> None:
        """Put the export on record here and for the office, and keep who it was for as the next suggestion. Raises
        NotAllowed for an account without a post."""
        what, node_id, period, form = self._act
        answers = _texts(release)
        said = {"locked": written.locked, "size": written.size, "digest": written.digest}
        line: dict[str, Value] = {
            "size": written.size,
            "digest": written.digest,
            "locked": int(written.locked),
            "by_member_id": self._store.known.member_id,
            "exported_at": f"{self._store.clock.moment():%Y-%m-%d %H:%M}",
            "what": what,
            "node_name": _name_of(self._store, node_id),
            "period": period,
            "form": form,
            "export_purpose": answers["purpose"],
            "recipient": answers["recipient"],
            "unmask_reason": answers["unmask_reason"] or None,
        }
        act = Act(EXPORTED, what, node_id, {"period": period, "form": form, **answers, **said})
        self._store.save([create(EXPORT_LOG.name, new_id(), line)], act)
        last = {"purpose": release.purpose.strip(), "recipient": release.recipient.strip()}
        self._store.set_state({_LAST: json.dumps(last, ensure_ascii=False).encode()})


def record_export(store: Store, what: str, node_id: bytes, period: str, form: str) -> None:
    """Note that a working paper for a node and a period was made as `form` (printed, or a PDF to print)."""
    store.note(Act(EXPORTED, what, node_id, {"period": period, "form": form}))


def _name_of(store: Store, node_id: bytes) -> str | None:
    """The name of a node of either tree; None for other scopes, such as somebody's linked households."""
    sql = "SELECT name FROM area_unit WHERE id = ?1 UNION ALL SELECT name FROM org_unit WHERE id = ?1"
    with store.read() as connection:
        found = scalar(connection, sql, (node_id,))
    return found if isinstance(found, str) else None


def last_release(store: Store) -> Release | None:
    """What was answered last on this computer, without its secrets; None before the first export."""
    kept = store.state(_LAST)
    if kept is None:
        return None
    last = json.loads(kept)
    return Release(str(last.get("purpose", "")), str(last.get("recipient", "")))


def may_unmask(store: Store) -> bool:
    return any(UNMASK in grant.role.may for grant in store.grants())


def is_safe(passphrase: str) -> bool:
    """Whether a passphrase may lock a file that leaves. Chinese characters count twice."""
    return weight_of(passphrase) >= LEAST_PASSPHRASE and len(set(passphrase)) >= 5


def _texts(release: Release) -> dict[str, str]:
    return {
        "purpose": release.purpose.strip(),
        "recipient": release.recipient.strip(),
        "unmask_reason": release.unmask_reason.strip(),
    }


def _wrong_with(name: str, text: str) -> str:
    if not text and name != "unmask_reason":
        return "required"
    if len(text) > LIMIT:
        return "too_long"
    return "identity_number" if holds_identity_number(text) else ""
