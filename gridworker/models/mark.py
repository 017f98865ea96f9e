"""The practice mark: a code that begins with 99 and the flag `practice` always go together."""

from __future__ import annotations

from gridworker.errors import PracticeMix

#: No province has this number (GB/T 2260).
PRACTICE_CODE_PREFIX = "99"
#: What every name of an invented person begins with.
PRACTICE_NAME_MARK = "演示·"


def is_practice_code(code: str) -> bool:
    """True if `code` (a community's or an area's) belongs to an invented community."""
    return code.startswith(PRACTICE_CODE_PREFIX)


def check_mark(code: str, *, practice: bool) -> None:
    """Raises PracticeMix if the community `code` and the mark `practice` do not belong together."""
    if is_practice_code(code) is not practice:
        raise PracticeMix(code=code)
