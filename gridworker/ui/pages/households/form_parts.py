"""Controls that the forms about households share: choices with their words, and the ground for personal data."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QComboBox

from gridworker.models.household import BASIS_KINDS, NOTICE_VERSION
from gridworker.services.residents import Ground
from gridworker.wording import Wording

_CHANNEL = {"statutory": "duty", "consent": "paper", "contract": "paper"}


def choice(
    wording: Wording, family: str, codes: Iterable[str], present: str | None, nothing: str = ""
) -> QComboBox:
    """A box with the words of `codes`; `nothing` is the word for none, left out where it is empty."""
    box = QComboBox()
    if nothing:
        box.addItem(nothing, None)
    for code in codes:
        box.addItem(wording(f"{family}.{code}"), code)
    box.setCurrentIndex(max(box.findData(present), 0))
    return box


def ground_choice(wording: Wording) -> QComboBox:
    """On what phone and birth year are kept; none until chosen."""
    return choice(wording, "homes.basis", BASIS_KINDS, None, wording("homes.basis.none"))


def ground_of(box: QComboBox) -> Ground | None:
    kind = box.currentData()
    return Ground(str(kind), NOTICE_VERSION, _CHANNEL[str(kind)]) if kind else None


def is_no_number(text: str) -> bool:
    """Words where a number belongs: the store refuses them as what they are, not as one that is too small."""
    bare = text.strip().removeprefix("-")
    return bool(bare) and not (bare.isascii() and bare.isdigit())


def number(text: str) -> int | None:
    """A typed number, or None for an empty field; what is no number stays for the store to refuse."""
    bare = text.strip()
    return int(bare) if bare.isascii() and bare.isdigit() else (None if not bare else -1)
