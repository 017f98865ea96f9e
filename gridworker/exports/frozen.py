"""A report as it is frozen: its canonical figures, the lines at its head, and the edition that its files name. Equal
figures give equal text, byte for byte."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from gridworker.exports.completeness import completeness_lines
from gridworker.exports.document import Block, Document, Paragraph, Voice
from gridworker.exports.figures import Figures, in_json
from gridworker.store.frozen_rows import Completeness, Edition
from gridworker.wording import Wording

#: The shape of the canonical figures; a reader of another shape is told so.
SHAPE = 1
#: Lists that only count. The others name records: what they said is in the document, which can be taken away.
COUNTED = frozenset(("grids", "categories", "sources", "levels", "trend", "spots", "causes"))


def canonical_figures(
    figures: Figures, known: Completeness, items_digest: str, generated_at: str, supplements: str = ""
) -> str:
    """The figures as they are frozen: JSON with sorted keys, counts only, with what they rest on and the digest of
    the items they are made of. `supplements`: the digest of the edition that is supplemented."""
    told = in_json(figures)
    content: dict[str, Any] = {
        "shape": SHAPE,
        "generated_at": generated_at,
        "figures": told["figures"],
        "lists": {name: rows for name, rows in told["lists"].items() if name in COUNTED},
        "rests_on": _told(known),
        "items": items_digest,
    }
    if supplements:
        content["supplements"] = supplements
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _told(known: Completeness) -> dict[str, Any]:
    found = asdict(known)
    found["nodes"] = [{**node, "node_id": node["node_id"].hex()} for node in found["nodes"]]
    return found


def with_completeness(document: Document, known: Completeness, wording: Wording) -> Document:
    """The document with the completeness line at its head, in the place of the note on what it rests on. One paragraph:
    the first table has the rest of the page."""
    line = Paragraph(" ".join(completeness_lines(known, wording)), Voice.NOTE)
    return replace(document, blocks=(line, *_without_note(document.blocks)))


def _without_note(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    first = blocks[0] if blocks else None
    return blocks[1:] if isinstance(first, Paragraph) and first.voice is Voice.NOTE else blocks


def with_edition(document: Document, edition: Edition, wording: Wording) -> Document:
    """The document as a file of this edition: number, when it was frozen, and its check code."""
    said = edition_words(edition, wording)
    line = wording(
        "frozen.edition.line", edition=said, time=edition.frozen_at, code=check_code(edition.digest)
    )
    return replace(
        document,
        subtitle=wording("frozen.edition.subtitle", subtitle=document.subtitle, edition=said),
        blocks=(Paragraph(line, Voice.NOTE), *document.blocks),
    )


def edition_words(edition: Edition, wording: Wording) -> str:
    """`第 2 版`, `暂编` while the number is not given yet; a supplement says which edition it supplements."""
    number = edition.edition
    said = (
        wording("frozen.edition.number", number=number) if number else wording("frozen.edition.provisional")
    )
    if edition.supplements_id is None:
        return said
    return wording(
        "frozen.edition.supplement", edition=said, of=edition.supplements or wording("frozen.edition.none")
    )


def check_code(digest: str) -> str:
    """The beginning of a digest as people compare it: `3f9a-2b7c-11d0`."""
    return "-".join(digest[start : start + 4] for start in range(0, 12, 4))
