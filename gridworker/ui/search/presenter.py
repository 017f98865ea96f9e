"""What search does: when a text is worth asking for, which answer still counts, what is in the list. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from gridworker.store.rows import Hit
from gridworker.ui.pages.running import Run
from gridworker.ui.search.finds import Command, Find, commands_for, of_command, of_hit
from gridworker.wording import Wording

_FEWEST_LETTERS = 2
Ask = Callable[[str], Sequence[Hit]]


class SearchView(Protocol):
    """What the presenter tells the field and its list."""

    def show_finds(self, finds: Sequence[Find], text: str) -> None: ...

    def hide_finds(self) -> None: ...

    def choose_first(self) -> None: ...


def worth_asking(text: str) -> bool:
    """One Chinese character says much, one letter or digit does not."""
    plain = text.strip()
    return len(plain) >= _FEWEST_LETTERS or any(ord(ch) > 0x2E80 for ch in plain)


class SearchPresenter:
    """`ask(text)` runs away from the window; answers to an older text are dropped by their topic."""

    def __init__(
        self, ask: Ask, run: Run, view: SearchView, commands: Sequence[Command], wording: Wording
    ) -> None:
        self._ask, self._run, self._view = ask, run, view
        self._commands, self._wording = tuple(commands), wording
        self._text = ""
        self._answered = ""
        self._enter = False

    def typed(self, text: str) -> None:
        """The person stopped typing for a moment."""
        self._text, self._enter = text.strip(), False
        if not worth_asking(self._text):
            self._answered = ""
            self._run(lambda: (), lambda _none: None, topic="search")  # what is on its way counts no more
            self._view.hide_finds()
            return
        asked = self._text
        self._run(
            lambda: tuple(self._ask(asked)),
            lambda hits: self._found(asked, hits),
            lambda _error: self._found(asked, ()),
            topic="search",
        )

    def offer_commands(self) -> None:
        """Nothing typed yet: what could be done."""
        self._text = self._answered = ""
        if not self._commands:
            return
        self._view.show_finds([of_command(command, self._wording) for command in self._commands], "")

    def entered(self, text: str) -> bool:
        """Enter was pressed. True when the list shows the answer to `text`; else its first line is chosen as soon as
        the answer is there."""
        if text.strip() == self._answered:
            return True
        if text.strip() != self._text:
            self.typed(text)
        self._enter = worth_asking(text)
        return False

    def forget(self) -> None:
        """The list was closed: an answer on its way must not open it again."""
        self._text = self._answered = ""
        self._enter = False

    def _found(self, asked: str, hits: Sequence[Hit]) -> None:
        if asked != self._text:
            return
        self._answered = asked
        commands = [of_command(command, self._wording) for command in commands_for(self._commands, asked)]
        self._view.show_finds([*commands, *(of_hit(hit, self._wording) for hit in hits)], asked)
        if self._enter:
            self._enter = False
            self._view.choose_first()
