"""What one act touched: ids by entity, so that a page can decide whether to read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Changes:
    """`touched` maps an entity's name to the ids that changed; `everything` asks every page to read again."""

    touched: Mapping[str, frozenset[bytes]] = field(default_factory=lambda: MappingProxyType({}))
    everything: bool = False

    @classmethod
    def of(cls, records: Iterable[tuple[str, bytes]]) -> Changes:
        found: dict[str, set[bytes]] = {}
        for entity, record_id in records:
            found.setdefault(entity, set()).add(record_id)
        return cls(MappingProxyType({name: frozenset(ids) for name, ids in found.items()}))

    def concerns(self, *entities: str) -> bool:
        """True if a record of one of `entities` changed."""
        return self.everything or any(name in self.touched for name in entities)

    def joined(self, other: Changes) -> Changes:
        """What either of them touched."""
        names = {*self.touched, *other.touched}
        both = {n: self.touched.get(n, frozenset()) | other.touched.get(n, frozenset()) for n in names}
        return Changes(MappingProxyType(both), self.everything or other.everything)

    def __bool__(self) -> bool:
        return self.everything or bool(self.touched)


ALL_CHANGED = Changes(everything=True)
