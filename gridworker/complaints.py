"""Errors as sentences: what happened and what to do next, in the person's language, with the code to copy."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path

from gridworker.errors import GridworkerError
from gridworker.wording import Wording


@dataclass(frozen=True)
class Complaint:
    """`field` names the form field concerned, "" for none; `code` is stable across languages."""

    code: str
    what: str
    next: str
    field: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.next} [{self.code}]"


def complaint(error: Exception, wording: Wording) -> Complaint:
    """The sentence for `error`; anything unforeseen becomes `internal`, its code the error's type and place."""
    if not isinstance(error, GridworkerError):
        code = f"internal/{type(error).__name__}{_place(error)}"
        return Complaint(code, wording("errors.internal.what"), wording("errors.internal.next", code=code))
    values = {**error.values, "code": error.values.get("code", error.code)}
    for kind in ("entity", "field", "reason"):
        name = str(values.get(kind) or "")
        own = f"lists.label.{values.get('entity')}.{name}"  # one field may be called differently on another record
        key = f"errors.{kind}.{name}" if name else f"errors.unnamed.{kind}"
        key = own if kind == "field" and wording.has(own) else key
        values["reason_text" if kind == "reason" else f"{kind}_name"] = (
            wording(key) if wording.has(key) else name
        )
    values.update(_steps(values, wording))
    record = str(values.get("record") or "")
    values["subject"] = f"{values['entity_name']} {record}" if record else values["entity_name"]
    texts = [
        wording.texts[f"errors.{error.code}.{part}"].format_map(_Lenient(values)) for part in ("what", "next")
    ]
    return Complaint(error.code, texts[0], texts[1], str(error.values.get("field", "")))


def _steps(values: dict[str, object], wording: Wording) -> dict[str, object]:
    """The names of a state, of the step that was refused in it, and of those that are possible instead."""
    entity = str(values.get("entity") or "")

    def named(kind: str, code: object) -> str:
        keys = (f"choices.{entity}.{kind}.{code}", f"choices.{entity}_event.{kind}.{code}")
        return next(
            (wording(key) for key in keys if wording.has(key)), str(code or wording(f"errors.unnamed.{kind}"))
        )

    legal = [named("event", code) for code in str(values.get("legal") or "").split(",") if code]
    return {
        "state_name": named("state", values.get("state") or ""),
        "event_name": named("event", values.get("event") or ""),
        "legal_names": wording("errors.unnamed.joint").join(legal)
        if legal
        else wording("errors.unnamed.legal"),
    }


def _place(error: Exception) -> str:
    """Where in this program it happened, such as `/records:63`; never what it was about."""
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(Path(__file__).parent)
    ]
    return f"/{Path(ours[-1].filename).stem}:{ours[-1].lineno}" if ours else ""


class _Lenient(dict[str, object]):
    """A missing fact leaves a gap, never a crash, in an error's sentence."""

    def __missing__(self, key: str) -> str:
        return ""
