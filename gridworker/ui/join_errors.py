"""Under which field of a form that joins a server an error is said. No Qt."""

from __future__ import annotations

from gridworker.errors import AuthorityInvalid, CodeInvalid, PlainHttpRefused, ServerAway, ServerOccupied

_FIELDS: tuple[tuple[type[Exception], str], ...] = (
    (CodeInvalid, "code"),
    (AuthorityInvalid, "authority"),
    (ServerAway, "server"),
    (ServerOccupied, "server"),
    (PlainHttpRefused, "server"),
)


def field_of(error: Exception) -> str:
    """`server`, `code` or `authority`; "" for an error that belongs to none of them."""
    return next((field for kind, field in _FIELDS if isinstance(error, kind)), "")
