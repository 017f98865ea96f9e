"""What was worked out for a cell, kept while one file is read: most cells of a column say what another said before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from gridworker.imports.cells import Cell

T = TypeVar("T")
_MOST = 20_000


class Memo(dict[str, T], Generic[T]):
    """`memo.of(cell)` is `read(cell)`, worked out once for a text and for a number. Numbers are kept apart by their
    type: 1, 1.0 and True would be one key."""

    def __init__(self, read: Callable[[Cell], T]) -> None:
        super().__init__()
        self._read = read
        self._numbers: dict[float, T] = {}

    def __missing__(self, text: str) -> T:
        found = self._read(text)
        if len(self) < _MOST:
            self[text] = found
        return found

    def each(self, cells: Iterable[Cell]) -> list[T]:
        return [self[cell] if cell.__class__ is str else self.of(cell) for cell in cells]

    def of(self, cell: Cell) -> T:
        if cell.__class__ is str:
            return self[cell]
        if cell.__class__ is not float:
            return self._read(cell)
        if cell in self._numbers:
            return self._numbers[cell]
        found = self._read(cell)
        if len(self._numbers) < _MOST:
            self._numbers[cell] = found
        return found
