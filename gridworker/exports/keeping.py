"""A neutral document as bytes and back, so that a frozen report can be made into files later, word for word as it was.
Equal documents give equal bytes."""

from __future__ import annotations

import dataclasses
import json
from enum import StrEnum
from typing import Any

from gridworker.exports import document as parts
from gridworker.exports import page_setup
from gridworker.exports.document import Document

#: Every class that a document is made of, by its name in the bytes; a name never changes its meaning.
_CLASSES: dict[str, Any] = {
    name: found
    for module in (page_setup, parts)
    for name, found in vars(module).items()
    if isinstance(found, type) and (dataclasses.is_dataclass(found) or issubclass(found, StrEnum))
}


def pack_document(document: Document) -> bytes:
    """The document as UTF-8 JSON."""
    return json.dumps(_plain(document), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def unpack_document(content: bytes) -> Document:
    """The document that `pack_document` was given. Raises ValueError for anything else."""
    try:
        found = _whole(json.loads(content))
    except (KeyError, TypeError, UnicodeDecodeError) as error:
        raise ValueError("not a document") from error
    if not isinstance(found, Document):
        raise ValueError("not a document")
    return found


def _plain(value: Any) -> Any:
    match value:
        case StrEnum():
            return {"_": type(value).__name__, "value": value.value}
        case None | str() | int():
            return value
        case tuple():
            return [_plain(part) for part in value]
        case _:
            names = (field.name for field in dataclasses.fields(value))
            return {"_": type(value).__name__, **{name: _plain(getattr(value, name)) for name in names}}


def _whole(value: Any) -> Any:
    match value:
        case list():
            return tuple(_whole(part) for part in value)
        case dict():
            given = {str(key): _whole(part) for key, part in value.items()}
            return _CLASSES[given.pop("_")](**given)
        case _:
            return value
