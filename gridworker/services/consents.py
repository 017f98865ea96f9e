"""Consents and the services people asked for. Withdrawing a consent is final: what stood on it alone is deleted with
it. A service need stands on a separate consent and ends by itself (store/ending.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gridworker.errors import FieldInvalid
from gridworker.models.grounds import codes, fields_lost, went_with
from gridworker.models.household import NOTICE_VERSION
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.services.acts import Done, create, do, everything, ids_of, setting
from gridworker.services.residents import GROUNDED, Ground, basis_values, is_child
from gridworker.store.audit import Act
from gridworker.store.store import Store


@dataclass(frozen=True)
class ConsentForm:
    """What a resident agreed to: `purposes` of CONSENT_PURPOSES, the optional personal `fields`, how (`method` of
    CONSENT_METHODS), `separate` for a service need. A child's is its guardian's."""

    purposes: tuple[str, ...]
    fields: tuple[str, ...] = ()
    method: str = "paper"
    separate: bool = False
    notice_version: str = NOTICE_VERSION


@dataclass(frozen=True)
class NeedForm:
    """A service somebody asked for: `need` of NEEDS, until when, and whether they asked themselves."""

    need: str
    valid_until: str
    requested_by_self: bool = True
    note: str = ""


def record_consent(store: Store, resident_id: bytes, form: ConsentForm) -> Done:
    """Keep a consent; the fields it names have a ground from now on.

    Raises FieldInvalid (`required` without a purpose, `guardian_missing` for a child), NotAllowed, NotFound."""
    record, drafts = _consent(store, resident_id, form)
    return do(store, drafts, Act("consent_recorded", "resident", resident_id), record)


def _consent(store: Store, resident_id: bytes, form: ConsentForm) -> tuple[bytes, list[Draft]]:
    person = everything(store, "resident", resident_id)
    if not form.purposes:
        raise FieldInvalid(entity="consent", record="", field="purposes", reason="required")
    guardian = person["guardian_resident_id"] if is_child(person["birth_year"], store.clock.today()) else None
    if guardian is None and is_child(person["birth_year"], store.clock.today()):
        raise FieldInvalid(
            entity="consent",
            record=str(person["name"]),
            field="guardian_resident_id",
            reason="guardian_missing",
        )
    record = new_id()
    values: dict[str, Value] = {
        "resident_id": resident_id,
        "purposes": ",".join(form.purposes),
        "fields": ",".join(form.fields) or None,
        "notice_version": form.notice_version,
        "method": form.method,
        "given_on": store.clock.today(),
        "separate": int(form.separate),
        "guardian_resident_id": guardian,
    }
    drafts = [create("consent", record, values)]
    if form.fields:
        ground = basis_values(store, form.fields, Ground("consent", form.notice_version, form.method))
        home: dict[str, Value] = {"household_id": person["household_id"], "resident_id": resident_id}
        drafts.append(create("basis", new_id(), {**home, **ground}))
    return record, drafts


def withdraw_consent(store: Store, consent_id: bytes) -> Done:
    """The resident takes the consent back: for good. Service needs that stood on it end, and personal fields for which
    neither another consent nor another ground is left are emptied, in the same act.

    Raises NotAllowed, NotFound."""
    consent = everything(store, "consent", consent_id)
    resident_id = consent["resident_id"]
    assert isinstance(resident_id, bytes)
    if consent["withdrawn_on"]:
        return Done(record=consent_id)
    drafts = setting("consent", consent_id, consent, {"withdrawn_on": store.clock.today()})
    for need in ids_of(store, "service_need", "resident_id", resident_id):
        if everything(store, "service_need", need)["consent_id"] == consent_id:
            drafts.append(Draft("service_need", need, OpKind.DELETE, {}))
    drafts += _without_ground(store, consent_id, resident_id, codes(consent["fields"]))
    done = do(store, drafts, Act("consent_withdrawn", "resident", resident_id), consent_id)
    return Done(done.changes, consent_id)


def _without_ground(store: Store, consent_id: bytes, resident_id: bytes, fields: set[str]) -> list[Draft]:
    """Empties the fields that stood on this consent alone, and takes away the grounds recorded with it."""
    person = everything(store, "resident", resident_id)
    home = person["household_id"]
    assert isinstance(home, bytes)
    others = [
        record for record in ids_of(store, "consent", "resident_id", resident_id) if record != consent_id
    ]
    consents = [everything(store, "consent", record) for record in others]
    grounds = {
        record: everything(store, "basis", record) for record in ids_of(store, "basis", "household_id", home)
    }
    lost = fields_lost(fields, resident_id, consents, grounds.values())
    drafts = [
        Draft("basis", record, OpKind.DELETE, {})
        for record, ground in grounds.items()
        if went_with(lost, resident_id, ground)
    ]
    gone = {name: None for name in GROUNDED if name in lost and person[name] is not None}
    return [*setting("resident", resident_id, person, gone), *drafts]


def add_need(store: Store, resident_id: bytes, form: NeedForm, consent: bytes | ConsentForm) -> Done:
    """Keep a service need on a separate consent: one on record, or one recorded with the same act.

    Raises FieldInvalid (`separate_consent_missing`, `too_far`, `in_past`), NotAllowed for all but the leader of the
    micro-grid and its grid, NotFound."""
    if form.valid_until < store.clock.today():
        raise FieldInvalid(entity="service_need", record="", field="valid_until", reason="in_past")
    drafts: list[Draft] = []
    if isinstance(consent, ConsentForm):
        consent, drafts = _consent(store, resident_id, consent)
    record = new_id()
    values: Mapping[str, Value] = {
        "resident_id": resident_id,
        "need": form.need,
        "requested_by_self": int(form.requested_by_self),
        "consent_id": consent,
        "valid_until": form.valid_until,
        "note": form.note.strip() or None,
    }
    drafts.append(create("service_need", record, values))
    return do(store, drafts, Act("need_recorded", "resident", resident_id), record)


def end_need(store: Store, need_id: bytes) -> Done:
    """The service is not needed any more."""
    draft = Draft("service_need", need_id, OpKind.DELETE, {})
    return do(store, [draft], Act("need_ended", "service_need", need_id), need_id)
