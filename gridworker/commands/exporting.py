"""Letting files leave from the command line: what is answered by flags, and the one call that writes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker.errors import PassphraseNeeded

if TYPE_CHECKING:
    import argparse

    from gridworker.commands.call import Call
    from gridworker.exports.document import Document
    from gridworker.store.export_rows import Release
    from gridworker.store.store import Store


def add_release_flags(verb: argparse.ArgumentParser, *, may_unmask: bool = False) -> None:
    """The flags of every verb that lets a file leave. No secret stands on a command line."""
    verb.add_argument("--purpose", default="", help="what it is for (default: as the last time)")
    verb.add_argument("--recipient", default="", help="who gets it (default: as the last time)")
    verb.add_argument(
        "--zip-passphrase-file",
        default="",
        metavar="FILE",
        help="lock it in a zip; the passphrase is the first line of FILE (-: of standard input)",
    )
    if may_unmask:
        verb.add_argument("--unmask", default="", metavar="REASON", help="names and doors in full, and why")


def release_of(call: Call, store: Store) -> Release:
    """What the flags say, purpose and recipient as the last time where they do not. Raises PassphraseNeeded."""
    from gridworker.services.exports import last_release
    from gridworker.store.export_rows import Release

    given, last = call.arguments, last_release(store) or Release("", "")
    return Release(
        given.purpose or last.purpose,
        given.recipient or last.recipient,
        getattr(given, "unmask", ""),
        _first_line(given.zip_passphrase_file),
    )


def _first_line(file: str) -> str:
    if not file:
        return ""
    try:
        text = sys.stdin.readline() if file == "-" else Path(file).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PassphraseNeeded(file=file) from error
    line = text.split("\n")[0].rstrip("\r")
    if not line:
        raise PassphraseNeeded(file=file)
    return line


def let_file_out(
    store: Store,
    about: tuple[str, bytes, str],
    make: Callable[[], bytes],
    target: Path,
    release: Release,
) -> Path:
    """Write one file; `about` is its code, node and period. Gives the name it got (a locked one ends with `.zip`)."""
    from gridworker.exports.leaving import let_out
    from gridworker.services.exports import ExportRegister

    form = target.suffix[1:].lower()
    return let_out(make, form, target, release, ExportRegister(store, *about, form)).path


def let_document_out(
    store: Store, about: tuple[str, bytes, str], document: Document, target: Path, release: Release
) -> Path:
    """`let_file_out` of a document in the form that the name of `target` ends with."""
    from gridworker.exports.formats import document_bytes

    form = target.suffix[1:].lower()
    return let_file_out(store, about, lambda: document_bytes(document, form), target, release)
