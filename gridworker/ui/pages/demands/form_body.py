"""A filled-in demand as a draft keeps it: plain text by name, and back. What an older version did not know keeps its
usual value. No Qt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields

from gridworker.services.demands import DemandForm

Body = Mapping[str, object]


def body_of(form: DemandForm) -> dict[str, object]:
    """Everything that was filled in."""
    found: dict[str, object] = {}
    for one in fields(form):
        value = getattr(form, one.name)
        if one.name == "place":
            found["place_field"], found["place_id"] = value[0], value[1].hex()
        elif isinstance(value, bytes):
            found[one.name] = value.hex()
        elif value is not None:
            found[one.name] = value
    return found


def form_of(body: Body) -> DemandForm:
    """The demand that a draft holds."""
    known = {one.name: one for one in fields(DemandForm)}
    values: dict[str, object] = {
        name: value for name, value in body.items() if name in known and isinstance(value, str | bool)
    }
    for name in ("reporter_resident_id", "visit_id"):
        values[name] = id_of(body.get(name))
    place = (str(body.get("place_field", "")), id_of(body.get("place_id")) or b"")
    for name in ("title", "content", "category"):
        values.setdefault(name, "")
    return DemandForm(place=place, **values)  # type: ignore[arg-type]


def id_of(text: object) -> bytes | None:
    """The id that a draft holds as text, None for none."""
    try:
        return bytes.fromhex(text) or None if isinstance(text, str) else None
    except ValueError:
        return None


def texts_of(bodies: Sequence[Body]) -> str:
    """Several as one text; "" for none."""
    return json.dumps([dict(one) for one in bodies], ensure_ascii=False) if bodies else ""


def bodies_of(text: str) -> list[dict[str, object]]:
    """What `texts_of` wrote; nothing for what it did not."""
    try:
        found = json.loads(text) if text else []
    except ValueError:
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
