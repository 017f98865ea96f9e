"""Imports without the search that PySide adds to each of them: it reads the source of every module that is imported
after it, for a way of writing that nobody uses here."""

from __future__ import annotations

import builtins

import PySide6.QtCore  # noqa: F401  it changes how modules are imported; afterwards that can be taken back


def use_plain_imports() -> None:
    """From now on modules are imported as without PySide. The search costs a sixth of the time of an import and keeps
    8 MiB of source text in memory; `from __feature__ import …` does not work without it."""
    plain = getattr(builtins, "__orig_import__", None)
    if plain is not None:
        builtins.__import__ = plain
