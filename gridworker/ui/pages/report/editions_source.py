"""Closing weeks, freezing and supplementing reports, put to the open profile and the renderers; the command line asks
the same. No Qt. Runs away from the window."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from gridworker.changes import Changes
from gridworker.errors import FrozenGone
from gridworker.exports.completeness import completeness_lines
from gridworker.exports.document import Document
from gridworker.exports.figures import summary_figures
from gridworker.exports.formats import REPORT_FORMATS, document_bytes
from gridworker.exports.frozen import canonical_figures, edition_words, with_completeness, with_edition
from gridworker.exports.keeping import pack_document, unpack_document
from gridworker.exports.summary import summary_document
from gridworker.exports.supplement import Difference, difference, supplement_document
from gridworker.models.days import Week
from gridworker.models.entity import BucketClass
from gridworker.models.frozen import DOCUMENT
from gridworker.models.period import Period
from gridworker.services.closing import Closed, closable, close_weeks, reopen_weeks
from gridworker.services.freezing import Content, freeze, keep_file, may_freeze
from gridworker.services.undo import undo_at_once
from gridworker.store.frozen_rows import Completeness, Contribution, Edition, NodeState
from gridworker.store.queries.completeness import completeness
from gridworker.store.queries.contributions import contributions, fates, still_count
from gridworker.store.queries.frozen import (
    edition_of,
    editions,
    frozen_figures,
    frozen_items,
    items_digest,
    kept_file,
)
from gridworker.store.queries.summary import summary
from gridworker.store.report_rows import Summary
from gridworker.store.rows import Scope
from gridworker.ui.pages.exporting.source import Export
from gridworker.ui.pages.running import SILENT, Report, watching
from gridworker.wording import Wording

#: While somebody else saves, a report is read again so that figures and items are of one moment.
_TRIES = 3


@dataclass(frozen=True)
class Present:
    """A report as it is now: the document without its edition, the canonical figures, and what each record adds."""

    document: Document
    figures: str
    items: tuple[Contribution, ...]
    known: Completeness
    community: str

    def rests_on(self, wording: Wording) -> tuple[str, ...]:
        """The completeness line."""
        return completeness_lines(self.known, wording)


@dataclass(frozen=True)
class Standing:
    """How far a period is, the micro-grids whose week this account closes, those for which it confirms a zero report,
    and whether it sees editions and freezes."""

    known: Completeness
    may_close: frozenset[bytes]
    may_zero: frozenset[bytes]
    sees_editions: bool
    may_freeze: bool

    @property
    def waiting(self) -> tuple[bytes, ...]:
        """The open weeks that this account can close now."""
        return tuple(node.node_id for node in self._open if node.records or node.node_id in self.may_zero)

    @property
    def nothing_of_own(self) -> bool:
        """True if all that is open here has nothing in it, and others confirm that."""
        return bool(self._open) and not self.waiting and not self.closed

    @property
    def _open(self) -> tuple[NodeState, ...]:
        begun = self.known.last <= self.known.moment[:10]
        mine = (node for node in self.known.nodes if not node.closed_at and node.node_id in self.may_close)
        return tuple(mine) if begun else ()

    @property
    def closed(self) -> tuple[bytes, ...]:
        """The closed weeks that this account could open again."""
        return tuple(
            node.node_id for node in self.known.nodes if node.closed_at and node.node_id in self.may_close
        )

    @property
    def is_zero(self) -> bool:
        """True if nothing at all is known of what would be closed."""
        waiting = set(self.waiting)
        return bool(waiting) and not any(node.records for node in self.known.nodes if node.node_id in waiting)


class EditionSource:
    """`store` is the open profile; it is passed on to queries and services and asked nothing else."""

    def __init__(self, store: Any, wording: Wording) -> None:
        self._store, self._wording = store, wording

    # -- the week ------------------------------------------------------------------------------------------------

    def known(self, scope: Scope, period: Period) -> Completeness:
        return completeness(self._store, scope, period)

    def standing(self, scope: Scope, period: Period) -> Standing:
        """How far the period is, and what this account may do about it."""
        known = self.known(scope, period)
        may_close, may_zero = closable(self._store, [node.node_id for node in known.nodes])
        grants = self._store.grants()
        return Standing(
            known,
            may_close if known.weekly else frozenset(),
            may_zero,
            sees_editions=any(BucketClass.OFFICE in grant.role.buckets for grant in grants),
            may_freeze=may_freeze(self._store),
        )

    def close(self, micro_grids: Iterable[bytes], period: Period) -> Closed:
        """Close the week, with a zero report where nothing is known of it."""
        return close_weeks(self._store, micro_grids, Week(period.year, period.number))

    def reopen(self, micro_grids: Iterable[bytes], period: Period) -> Changes:
        return reopen_weeks(self._store, micro_grids, Week(period.year, period.number)).changes

    def take_back(self, txns: tuple[bytes, ...]) -> Changes:
        return undo_at_once(self._store, txns, "").changes

    # -- editions ------------------------------------------------------------------------------------------------

    def editions(self, scope: Scope, period: Period) -> tuple[Edition, ...]:
        return editions(self._store, scope.node_id, str(period))

    def present(
        self, scope: Scope, period: Period, supplements: str = "", *, public: bool = False
    ) -> Present:
        """The report as it is now. `supplements`: the digest of the edition that it shall be compared with; `public`:
        the document holds counts only, small ones left out."""
        wording = self._wording
        found, known, items = self._of_one_moment(scope, period)
        quoted = set() if public else {one.id for one in found.key_demands}
        items = tuple(replace(item, quoted=True) if item.record_id in quoted else item for item in items)
        moment = known.moment
        figures = canonical_figures(
            summary_figures(found, wording), known, items_digest(items), moment, supplements
        )
        document = with_completeness(summary_document(found, wording, moment, public=public), known, wording)
        return Present(document, figures, items, known, found.community)

    def _of_one_moment(
        self, scope: Scope, period: Period
    ) -> tuple[Summary, Completeness, tuple[Contribution, ...]]:
        store, tries = self._store, 0
        while True:
            items, tries = contributions(store, scope, period), tries + 1
            found, known = summary(store, scope, period), completeness(store, scope, period)
            if tries >= _TRIES or still_count(store, scope, period, items):
                return found, known, items

    def freeze(
        self, scope: Scope, period: Period, *, public: bool = False, report: Report = SILENT
    ) -> Edition:
        """Freeze the report as it is now. Raises NotAllowed, FieldInvalid, DiskFull, Stopped; then nothing was kept."""
        report(self._wording("frozen.page.reading"), 0, 0)
        now = self.present(scope, period, public=public)
        content = Content(now.figures, pack_document(now.document), now.items)
        return freeze(self._store, scope, period, content, watch=self._watch(report))

    def _watch(self, report: Report) -> Callable[[int, int], None]:
        return watching(report, self._wording("frozen.page.keeping"))

    def compared(self, edition: Edition, scope: Scope) -> tuple[Document, Difference, Present]:
        """The supplement of an edition as it would be now. Raises FrozenDamaged."""
        frozen, items = frozen_figures(self._store, edition.id), frozen_items(self._store, edition.id)
        now = self.present(scope, Period.parse(edition.period), edition.digest)
        still = {item.record_id for item in now.items}
        gone, why = fates(self._store, [item for item in items if item.record_id not in still])
        found = difference(frozen, json.loads(now.figures), items, now.items, gone, why)
        document = supplement_document(now.document, edition, found, now.known, now.community, self._wording)
        return document, found, now

    def freeze_supplement(self, edition: Edition, scope: Scope, *, report: Report = SILENT) -> Edition:
        """Freeze the supplement of an edition: an edition of the same series. Raises as `freeze` and `compared` do."""
        report(self._wording("frozen.page.reading"), 0, 0)
        document, _, now = self.compared(edition, scope)
        content = Content(now.figures, pack_document(document), now.items)
        period = Period.parse(edition.period)
        return freeze(self._store, scope, period, content, edition.id, self._watch(report))

    def file(self, report_id: bytes, form: str) -> bytes:
        """A file of an edition: byte for byte as it was first made, and checked. What is made now is kept.

        Raises FrozenDamaged, FrozenGone, DiskFull."""
        edition = edition_of(self._store, report_id)
        frozen_figures(self._store, report_id)
        kept = kept_file(self._store, report_id, form, edition.edition)
        if kept is not None:
            return kept
        packed = kept_file(self._store, report_id, DOCUMENT, 0)
        if packed is None:
            raise FrozenGone(record=edition.period)
        document = unpack_document(packed)
        wording = Wording.load(document.language)
        content = document_bytes(with_edition(document, edition, wording), form)
        keep_file(self._store, report_id, form, edition.edition, content)
        return content

    # -- what leaves ---------------------------------------------------------------------------------------------

    def to_export(self, edition: Edition) -> Export:
        """An edition as a file that may leave."""
        said = edition_words(edition, self._wording)
        title = self._wording("frozen.page.file", node=edition.node_name, period=edition.period, edition=said)
        return Export(
            what="frozen_report",
            title=title,
            name=title,
            node_id=edition.node_id,
            period=edition.period,
            forms=REPORT_FORMATS,
            make=lambda form, _: self.file(edition.id, form),
        )

    def supplement_to_export(self, edition: Edition, scope: Scope) -> Export:
        """The supplement of an edition as it is now, not frozen."""
        said = edition_words(edition, self._wording)
        title = self._wording(
            "frozen.page.supplement_file", node=edition.node_name, period=edition.period, edition=said
        )
        return Export(
            what="supplement",
            title=title,
            name=title,
            node_id=edition.node_id,
            period=edition.period,
            forms=REPORT_FORMATS,
            make=lambda form, _: document_bytes(self.compared(edition, scope)[0], form),
        )
