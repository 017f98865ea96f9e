"""One record of a file beside what is known of it: what differs, and the op that brings the one to the other."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from gridworker.models.op import Draft, OpKind, Value

#: An occupancy that nobody knows yet: the next row may say it, and it replaces nothing.
_OPEN = "unknown"


class Record(msgspec.Struct, eq=False, gc=False):
    """One household, resident or shop: `known` before the file (None for a new one), `given` by the file, `listed` once
    a row of its own was read. `wants_ground` are the fields that need one for what the file gives; `door` is how the
    household's door is written, once somebody asked."""

    id: bytes
    known: Mapping[str, Value] | None
    given: dict[str, Value] = msgspec.field(default_factory=dict)
    grounds: frozenset[str] = frozenset()
    wants_ground: frozenset[str] = frozenset()
    listed: bool = False
    door: str = ""

    def value(self, name: str) -> Value:
        if name in self.given:
            return self.given[name]
        return self.known.get(name) if self.known else None

    def differences(self, wanted: Mapping[str, Value]) -> tuple[dict[str, Value], bool]:
        """What `wanted` would change, and whether an earlier row of the file said otherwise."""
        present_values = self.given or self.known
        if present_values is None:
            return {name: value for name, value in wanted.items() if value is not None and value != ""}, False
        if wanted.items() <= present_values.items():  # what the row above said, or the file before this one
            return {}, False
        changed: dict[str, Value] = {}
        contradicted = False
        for name, value in wanted.items():
            present = self.value(name)
            if value in (None, "", present) or (value == _OPEN and present):
                continue
            if name in self.given and present != _OPEN:
                contradicted = True
            else:
                changed[name] = value
        return changed, contradicted

    def draft(self, entity: str) -> Draft | None:
        if self.known is None:
            return Draft(entity, self.id, OpKind.CREATE, self.given)
        if not self.given:
            return None
        return Draft(
            entity, self.id, OpKind.SET, dict(self.given), {name: self.known.get(name) for name in self.given}
        )
