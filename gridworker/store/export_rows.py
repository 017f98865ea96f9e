"""What is said of a file that leaves the profile: for whom and what for, and what was written. Frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Release:
    """What a person answers before a file leaves. With `unmask_reason` names and doors stand in full; with a
    `passphrase` the file lies in a locked zip."""

    purpose: str
    recipient: str
    unmask_reason: str = ""
    passphrase: str = field(default="", repr=False)

    @property
    def masked(self) -> bool:
        return not self.unmask_reason.strip()


@dataclass(frozen=True)
class Written:
    """A file as it was read again after writing: bytes, and their SHA-256 in hexadecimal."""

    path: Path
    size: int
    digest: str
    locked: bool


@dataclass(frozen=True)
class ExportLine:
    """One line of the export log. `at` is `YYYY-MM-DD HH:MM`; `what` and `form` are codes; working papers have neither
    purpose nor recipient."""

    at: str
    by: str
    what: str
    node: str
    period: str
    form: str
    purpose: str = ""
    recipient: str = ""
    unmask_reason: str = ""
    locked: bool = False
    size: int = 0
    digest: str = ""


@dataclass(frozen=True)
class ExportLog:
    """The newest lines first. `whole`: what all computers let out is among them, not only this one's."""

    lines: tuple[ExportLine, ...]
    whole: bool = False
