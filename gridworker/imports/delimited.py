"""Text tables: which letters a file is written in and what parts its columns. Knows nothing of households."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from gridworker.imports.cells import Cell

DELIMITERS = ",\t;|"
_LOOKED_AT = 20
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decoded(content: bytes) -> str | None:
    """The text of a file in UTF-8, in UTF-16 with its mark, or in GB18030; None for what is no text."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    if not marked and b"\x00" in content:
        return None
    for name in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        return text if _readable(text) else None
    return None


def _readable(text: str) -> bool:
    """False for bytes that happen to decode: tables hold no control characters."""
    head = text[:4000]
    return not any(ord(c) < 32 and c not in "\t\r\n" for c in head)


def table_of(text: str) -> list[list[Cell]]:
    """The records of `text` in order; an empty line is an empty record, as a sheet would show it. Raises csv.Error."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    return [list(record) for record in reader]


def delimiter_of(text: str) -> str:
    """What parts the columns: the sign that cuts most of the first lines, most evenly; a comma if none does."""
    lines = [line for line in text.splitlines()[: 4 * _LOOKED_AT] if line.strip()][:_LOOKED_AT]
    return max(DELIMITERS, key=lambda sign: _evenness(sign, lines))


def _evenness(sign: str, lines: Sequence[str]) -> tuple[int, int]:
    counts = [_outside_quotes(line).count(sign) for line in lines]
    usual = max(set(counts), key=counts.count, default=0)
    if not usual:
        return sum(1 for count in counts if count), 0
    return sum(1 for count in counts if count), usual


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])
