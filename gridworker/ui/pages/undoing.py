"""The way back that a page offers after an act, and what it says when somebody has gone on from that act meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import SignalInstance

from gridworker.services.acts import Done
from gridworker.services.undo import Undone
from gridworker.ui.widgets.undo_bar import UndoBar
from gridworker.wording import Wording


class TakesBack(Protocol):
    """Who takes an act back."""

    def take_back(self, done: Done, reason: str, taken: Callable[[Undone], None]) -> None: ...


class Offering(Protocol):
    """A page that says what was done; `changed(Changes)`."""

    undo_bar: UndoBar
    changed: SignalInstance

    @property
    def presenter(self) -> TakesBack: ...


def offer_undo(page: Offering, wording: Wording, words: str, done: Done) -> None:
    """Say `words` of an act that was saved, and offer to take it back unless it is for good."""
    reason = wording("history.reason")
    undo = partial(page.presenter.take_back, done, reason, partial(_taken_back, page, wording))
    page.undo_bar.tell(words, undo if done.txns else None)


def _taken_back(page: Offering, wording: Wording, undone: Undone) -> None:
    page.changed.emit(undone.changes)
    if undone.left:
        page.undo_bar.tell(wording("history.taken_back_but", fields=left_words(wording, undone)))


def left_words(wording: Wording, undone: Undone) -> str:
    """The fields that somebody has changed since and that stay."""
    return wording("history.joint").join(wording(f"errors.field.{name}") for _, name in undone.left)
