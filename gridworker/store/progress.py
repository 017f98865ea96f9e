"""What opening a file tells while it is checked after an unclean end or made current, which may take minutes."""

from __future__ import annotations

from collections.abc import Callable

#: Called with the step (one of STEPS, or UNCLEAN), how much of it is done, and its size: 0 where that is not known.
Progress = Callable[[str, int, int], None]
STEPS = ("backup", "check", "change", "links")
#: The step of the check after an unclean end.
UNCLEAN = "unclean"


def silent(_step: str, _done: int, _total: int) -> None:
    """Tells nobody."""
