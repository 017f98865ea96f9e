"""One table of results: lines with their medians, the row each is compared with, the limit and whether it is kept.
As Markdown for people and as plain values for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.rounds import Reading, median

HEAD = ("row", "median ms", "min–max ms", "ratio", "limit", "verdict", "also counted")
#: A limit is on the ratio to another row, on milliseconds, on milliseconds more than another row, or on a counted fact.
RATIO, MS, OVER = "×", "ms", "ms over"


@dataclass(frozen=True)
class Limit:
    """At most `most`, of `what`: RATIO, MS, OVER or the name of a fact. `text` may name others."""

    most: float
    what: str = RATIO
    text: str = ""


@dataclass(frozen=True)
class Line:
    """One row. No readings: it was not run, and `why_not` says why. `against` names the line a ratio is taken of."""

    name: str
    readings: Sequence[Reading] = ()
    against: str = ""
    limit: Limit | None = None
    why_not: str = "not run"

    @property
    def seconds(self) -> float:
        return median([reading.seconds for reading in self.readings])

    def fact(self, name: str) -> float:
        return median([reading.facts[name] for reading in self.readings])

    def facts(self) -> dict[str, float]:
        return {name: self.fact(name) for name in (self.readings[0].facts if self.readings else ())}


@dataclass(frozen=True)
class Table:
    """`bar` as docs/performance.md calls it; `notes` say what was done, with its sizes."""

    bar: str
    title: str
    lines: Sequence[Line]
    notes: Sequence[str] = ()

    def ratio(self, line: Line) -> float | None:
        base = self._base(line)
        return line.seconds / base.seconds if base is not None and base.seconds else None

    def _base(self, line: Line) -> Line | None:
        return next((o for o in self.lines if o.name == line.against and o.readings and line.readings), None)

    def verdict(self, line: Line) -> str:
        """met, within 2× (of the limit), not yet; empty where there is nothing to keep."""
        if not line.readings:
            return line.why_not
        if line.limit is None:
            return ""
        found = self._limited(line, line.limit)
        if found is None:
            return "no peer"
        return (
            "met" if found <= line.limit.most else "within 2×" if found <= 2 * line.limit.most else "not yet"
        )

    def _limited(self, line: Line, limit: Limit) -> float | None:
        if limit.what == RATIO:
            return self.ratio(line)
        if limit.what == OVER:
            base = self._base(line)
            return (line.seconds - base.seconds) * 1000 if base is not None else None
        return line.seconds * 1000 if limit.what == MS else line.fact(limit.what)

    def markdown(self) -> str:
        rows = [HEAD, tuple("---" if name == HEAD[0] else "---:" for name in HEAD)]
        rows += [self._cells(line) for line in self.lines]
        text = "\n".join("| " + " | ".join(row) + " |" for row in rows)
        notes = "".join(f"\n- {note}" for note in self.notes)
        return f"### {self.bar}: {self.title}\n\n{text}\n{notes}\n"

    def _cells(self, line: Line) -> tuple[str, ...]:
        ratio = self.ratio(line)
        limit = line.limit
        counted = ", ".join(f"{name} {_number(value)}" for name, value in line.facts().items())
        return (
            line.name,
            _ms(line.seconds) if line.readings else "–",
            "–".join(_ms(edge) for edge in _edges(line)) if line.readings else "–",
            f"{ratio:.2f} × {line.against}" if ratio is not None else "",
            (limit.text or f"{_number(limit.most)} {limit.what}") if limit else "",
            self.verdict(line),
            counted,
        )

    def values(self) -> dict[str, object]:
        """The table as JSON values; times in seconds."""
        return {
            "bar": self.bar,
            "title": self.title,
            "notes": list(self.notes),
            "lines": [
                {
                    "name": line.name,
                    "median_s": line.seconds if line.readings else None,
                    "seconds": [reading.seconds for reading in line.readings],
                    "against": line.against,
                    "ratio": self.ratio(line),
                    "limit": line.limit.most if line.limit else None,
                    "limit_on": line.limit.what if line.limit else None,
                    "verdict": self.verdict(line),
                    "facts": line.facts(),
                }
                for line in self.lines
            ],
        }


def _edges(line: Line) -> tuple[float, float]:
    seconds = [reading.seconds for reading in line.readings]
    return min(seconds), max(seconds)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.2f}" if seconds < 0.1 else f"{seconds * 1000:,.0f}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:,.2f}"
