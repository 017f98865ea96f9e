"""What every verb gets: where the profile is, how to read its passphrase, in which language to speak."""

from __future__ import annotations

import getpass
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker import practice_desk, settings
from gridworker.errors import NotFound, PassphraseNeeded
from gridworker.models.days import Clock
from gridworker.wording import Wording

if TYPE_CHECKING:
    from gridworker.store.progress import Progress
    from gridworker.store.rows import Scope
    from gridworker.store.store import Store


@dataclass(frozen=True)
class Call:
    """One call of the command line."""

    arguments: Namespace
    wording: Wording

    @property
    def folder(self) -> Path:
        """The profile's folder: `--profile`, else this user's own."""
        chosen = self.arguments.profile
        return Path(chosen) if chosen else settings.data_folder() / "profile"

    @cached_property
    def passphrase(self) -> str:
        """From `--passphrase-file` (its first line), else typed at the terminal."""
        return self.passphrase_from(self.arguments.passphrase_file, "cli.ask_passphrase")

    def passphrase_from(self, file: str | None, question: str) -> str:
        """The first line of `file`, else what is typed at the terminal. Raises PassphraseNeeded."""
        if file:
            try:
                return Path(file).read_text("utf-8-sig").split("\n")[0].rstrip("\r")
            except (OSError, UnicodeDecodeError) as error:
                raise PassphraseNeeded(file=file) from error
        if not sys.stdin.isatty():
            raise PassphraseNeeded(file="-")
        return getpass.getpass(self.wording(question))

    @cached_property
    def new_passphrase(self) -> str:
        """Like `passphrase`, for a profile that is being made: at the terminal it is typed twice."""
        if self.arguments.passphrase_file or not sys.stdin.isatty():
            return self.passphrase
        while True:
            first = getpass.getpass(self.wording("cli.ask_passphrase"))
            if getpass.getpass(self.wording("cli.repeat_passphrase")) == first:
                return first
            print(self.wording("cli.passphrases_differ"), file=sys.stderr)

    def say(self, key: str, **values: object) -> None:
        """Progress for a person, on standard error so that standard output stays one JSON document."""
        if not self.arguments.json:
            print(self.wording(key, **values), file=sys.stderr)

    @contextmanager
    def opened(self) -> Iterator[Store]:
        """The profile, open for the length of the block. A practice profile keeps the practice clock."""
        store = open_profile(practice_desk.profile_in(self.folder), self.passphrase, self._tell_migration())
        try:
            yield store
        finally:
            store.close()

    def _tell_migration(self) -> Progress:
        """Says each step of a migration once, and of the backup every fifth part."""
        told: set[tuple[str, int]] = set()

        def tell(step: str, done: int, total: int) -> None:
            fifths = done * 5 // total if total else 0
            if (step, fifths) not in told:
                told.add((step, fifths))
                if total:
                    self.say("migration.part", words=self.wording(f"migration.{step}"), percent=fifths * 20)
                else:
                    self.say(f"migration.{step}")

        return tell

    def scope(self, store: Store) -> Scope:
        """The node named by `--node` (an area's code or a node's name), else this account's own."""
        from gridworker.store.queries import tree

        wanted = getattr(self.arguments, "node", None)
        if not wanted:
            return tree.default_scope(store)
        return scope_named(store, wanted)


def open_profile(folder: Path, passphrase: str, progress: Progress | None = None) -> Store:
    """Open a profile with the clock that belongs to it. Raises the errors of `Store.open`."""
    from gridworker.practice.clock import practice_clock
    from gridworker.store.progress import silent
    from gridworker.store.store import Store

    store = Store.open(folder, passphrase, progress=progress or silent)
    if store.known.practice:
        store.use_clock(practice_clock(Clock()))
    return store


def scope_named(store: Store, wanted: str) -> Scope:
    """The scope of the node with this area code or name. Raises NotFound."""
    from gridworker.store.queries import tree
    from gridworker.store.rows import TreeKind

    with store.read() as connection:
        row = connection.exec_driver_sql(
            "SELECT id FROM area_unit WHERE code = ? AND deleted = 0", (wanted,)
        ).fetchone()
    if row:
        return tree.scope_of(store, TreeKind.AREA, row[0])
    for kind, nodes in ((TreeKind.AREA, tree.area_tree(store)), (TreeKind.ORG, tree.org_tree(store))):
        for node in nodes:
            if node.name == wanted:
                return tree.scope_of(store, kind, node.id)
    raise NotFound(what="node", wanted=wanted)
