"""How far the data of a period has come, and what of it was frozen: the rows that pages and papers show. Names nodes,
never persons."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NodeState:
    """One micro-grid in one period. `heard_at` (ms): the longest silent of its computers and its grid's was heard then
    and kept `unsent` changes to itself; 0 where no computer of theirs has ever been heard, or nothing is known here.
    `closed_at` (`YYYY-MM-DD HH:MM`, China time) is "" while its week is open. `records`: visits and steps of demands of
    the period that are known here."""

    node_id: bytes
    name: str
    heard_at: int = 0
    unsent: int = 0
    closed_at: str = ""
    zero_report: bool = False
    records: int = 0


@dataclass(frozen=True, slots=True)
class Completeness:
    """What the figures of a node and a period rest on, as known at `moment`. `kind`: "alone" (this computer has
    everything there is), "fleet" (each node's age is known) or "here" (only this computer's own exchange is).
    `through` (ms): this computer's last complete exchange, 0 for never; `unsent`: its own changes not sent. `weekly`:
    weeks are closed, longer periods are not. `last`: the day up to which data is asked for."""

    kind: str
    moment: str
    through: int
    unsent: int
    weekly: bool
    last: str
    nodes: tuple[NodeState, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one record adds to the figures of a node and period: figure key and count, by key. `quoted`: words of it
    stand in the document. `no` and `day` are how people find it, `node` where it was; none of them is frozen."""

    entity: str
    record_id: bytes
    version: int
    counts: tuple[tuple[str, int], ...]
    quoted: bool = False
    no: str = ""
    day: str = ""
    node: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """One frozen report. `edition` 0 is a provisional one, whose number the authority has not given yet; `supplements`
    the number of the edition it supplements, 0 for a report of its own. `whole`: its document is here; an erasure takes
    the files away and leaves number, figures and hash. `formats`: files kept with their bytes."""

    id: bytes
    period: str
    edition: int
    node_id: bytes
    node_name: str
    supplements: int
    supplements_id: bytes | None
    frozen_at: str
    digest: str
    unsent_here: int
    whole: bool
    formats: tuple[str, ...]
