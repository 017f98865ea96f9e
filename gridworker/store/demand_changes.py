"""What an entry in the log of a demand says was changed; how entries come about is another matter."""

from __future__ import annotations

import json

from gridworker.models.demand import DEMAND
from gridworker.models.entity import Kind
from gridworker.models.op import Value

_REFS = frozenset(field.name for field in DEMAND.fields if field.kind is Kind.REF)


def changed_fields(text: str) -> dict[str, tuple[Value, Value]]:
    """What an entry of the log says was changed: field → (before, after), as values."""

    def value(name: str, plain: Value) -> Value:
        return bytes.fromhex(plain) if name in _REFS and isinstance(plain, str) else plain

    return {
        name: (value(name, pair[0]), value(name, pair[1])) for name, pair in json.loads(text or "{}").items()
    }
