"""补报: what an edition would say otherwise by now, figure by figure and record by record. Records are named by number,
day and node; their words stay where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gridworker.exports.completeness import completeness_lines
from gridworker.exports.document import (
    Block,
    Column,
    ColumnKind,
    Document,
    Footer,
    Heading,
    Paragraph,
    Signed,
    Table,
    Voice,
)
from gridworker.exports.frozen import check_code, edition_words
from gridworker.exports.summary import period_words
from gridworker.models.period import Period
from gridworker.store.frozen_rows import Completeness, Contribution, Edition
from gridworker.wording import Wording

ADDED, CHANGED, GONE = "added", "changed", "gone"


@dataclass(frozen=True)
class ItemChange:
    """One record whose contribution is another one now. `kind`: added, changed, gone, or why it is gone (`voided`,
    `deleted`, `erased`)."""

    kind: str
    entity: str
    no: str
    day: str
    node: str
    before: Mapping[str, int]
    now: Mapping[str, int]


@dataclass(frozen=True)
class Difference:
    """`figures`: key, frozen and present count of each that moved; `items` in the order of entity, day and number."""

    figures: tuple[tuple[str, int, int], ...]
    items: tuple[ItemChange, ...]

    @property
    def is_empty(self) -> bool:
        return not self.figures and not self.items


def difference(
    frozen: Mapping[str, Any],
    now: Mapping[str, Any],
    items: Sequence[Contribution],
    present: Sequence[Contribution],
    gone: Mapping[bytes, Contribution],
    why: Mapping[bytes, str],
) -> Difference:
    """What moved between the canonical figures `frozen` with their `items` and those of `now` with `present`. `gone`:
    how records that do not count any more are found, `why` they do not. Figures that the edition did not know yet
    are no difference."""
    before, after = frozen["figures"], now["figures"]
    moved = tuple(
        (key, before[key], after[key])
        for key in after
        if key in before
        and _counts(key, before[key])
        and _counts(key, after[key])
        and before[key] != after[key]
    )
    was = {(one.entity, one.record_id): one for one in items}
    known = (
        replace(one, counts=tuple(count for count in one.counts if count[0] in before)) for one in present
    )
    are = {(one.entity, one.record_id): one for one in known if one.counts}
    changes = [
        _change(was.get(key), are.get(key), gone.get(key[1]), why.get(key[1], GONE))
        for key in {**was, **are}
        if key not in was or key not in are or was[key].counts != are[key].counts
    ]
    order = sorted(changes, key=lambda one: (one.entity != "visit", one.entity, one.day, one.no))
    return Difference(moved, tuple(order))


def _counts(key: str, value: object) -> bool:
    """True for a count of the period itself: not of the one before or of the year, not a share, day or name."""
    head, _, rest = key.partition(".")
    plain = isinstance(value, int) and rest and "." not in rest
    return bool(plain and head in ("visits", "demands", "meetings"))


def _change(
    was: Contribution | None, now: Contribution | None, found: Contribution | None, why: str
) -> ItemChange:
    named = now or found or was
    assert named is not None
    kind = (ADDED if was is None else CHANGED) if now is not None else why
    return ItemChange(
        kind,
        named.entity,
        named.no,
        named.day,
        named.node,
        dict(was.counts) if was else {},
        dict(now.counts) if now else {},
    )


def supplement_document(
    base: Document, edition: Edition, found: Difference, known: Completeness, community: str, wording: Wording
) -> Document:
    """The supplement of `edition` beside what `base`, the report of the community made now, would say."""
    line = wording(
        "frozen.supplement.line",
        edition=edition_words(edition, wording),
        time=edition.frozen_at,
        code=check_code(edition.digest),
        now=base.generated_at[:16],
    )
    blocks: list[Block] = [
        Paragraph(text, Voice.NOTE) for text in (line, *completeness_lines(known, wording))
    ]
    if found.is_empty:
        blocks.append(Paragraph(wording("frozen.supplement.nothing")))
    else:
        blocks += [
            Paragraph(_overview(found, wording)),
            Heading(wording("frozen.supplement.figures")),
            _figures(found, wording),
            Heading(wording("frozen.supplement.items")),
            _items(found, wording),
        ]
    return Document(
        title=wording(
            "frozen.supplement.title",
            community=community,
            name=base.summary_name,
            period=period_words(Period.parse(edition.period), wording),
        ),
        subtitle=base.subtitle,
        summary_name=wording("frozen.supplement.name"),
        blocks=tuple(blocks),
        language=base.language,
        generated_at=base.generated_at,
        marks=base.marks,
        footer=Footer((wording("report.generated", time=base.generated_at[:16]),), base.footer.page),
        page=base.page,
    )


def _overview(found: Difference, wording: Wording) -> str:
    kinds = [one.kind for one in found.items]
    count = {ADDED: kinds.count(ADDED), CHANGED: kinds.count(CHANGED)}
    return wording("frozen.supplement.overview", **count, gone=len(kinds) - sum(count.values()))


def _figures(found: Difference, wording: Wording) -> Table:
    titles = ("measure", "frozen", "now", "change")
    kinds = (ColumnKind.TEXT, *(ColumnKind.NUMBER,) * 3)
    return Table(
        caption=wording("frozen.supplement.caption_figures"),
        columns=tuple(
            Column(wording(f"frozen.column.{name}"), kind) for name, kind in zip(titles, kinds, strict=True)
        ),
        rows=tuple((_measure(key, wording), was, now, Signed(now - was)) for key, was, now in found.figures),
        key="supplement_figures",
    )


def _items(found: Difference, wording: Wording) -> Table:
    titles = ("number", "what", "no", "day", "node", "kind", "before", "after")
    kinds = {"number": ColumnKind.NUMBER, "no": ColumnKind.CODE, "day": ColumnKind.CODE}
    rows = tuple(
        (
            place,
            wording(f"errors.entity.{one.entity}"),
            one.no or None,
            one.day or None,
            one.node or None,
            wording(f"frozen.change.{one.kind}"),
            _counted(one.before, wording),
            _counted(one.now, wording),
        )
        for place, one in enumerate(found.items, 1)
    )
    columns = tuple(
        Column(wording(f"frozen.column.{name}"), kinds.get(name, ColumnKind.TEXT)) for name in titles
    )
    note = wording("frozen.supplement.note")
    return Table(wording("frozen.supplement.caption_items"), columns, rows, note=note, key="supplement_items")


def _counted(counts: Mapping[str, int], wording: Wording) -> str | None:
    """What a record counts as, `走访、见面`."""
    return wording("frozen.and").join(_measure(key, wording) for key in counts) or None


def _measure(key: str, wording: Wording) -> str:
    named = f"frozen.count.{key}"
    return wording(named) if wording.has(named) else key
