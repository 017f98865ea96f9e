"""Errors as sentences: what happened and what to do next, in the person's language, with the code to copy."""

from __future__ import annotations

from dataclasses import dataclass

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
    """The sentence for `error`; anything unforeseen becomes `internal` with the error's type as its code."""
    if not isinstance(error, GridworkerError):
        code = f"internal/{type(error).__name__}"
        return Complaint(code, wording("errors.internal.what"), wording("errors.internal.next", code=code))
    values = {**error.values, "code": error.values.get("code", error.code)}
    for kind in ("entity", "field", "reason"):
        name = str(values.get(kind, ""))
        key = f"errors.{kind}.{name}"
        values["reason_text" if kind == "reason" else f"{kind}_name"] = (
            wording(key) if wording.has(key) else name
        )
    texts = [
        wording.texts[f"errors.{error.code}.{part}"].format_map(_Lenient(values)) for part in ("what", "next")
    ]
    return Complaint(error.code, texts[0], texts[1], str(error.values.get("field", "")))


class _Lenient(dict[str, object]):
    """A missing fact leaves a gap, never a crash, in an error's sentence."""

    def __missing__(self, key: str) -> str:
        return ""
