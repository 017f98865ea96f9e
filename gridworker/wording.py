"""Every text a person reads, by key, in Chinese or English. Holds no state and knows no Qt, so that the window,
the command line and the exports say the same words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gridworker.resources import resource_dir

LANGUAGES = ("zh_CN", "en")


def _flatten(prefix: str, node: Mapping[str, object], into: dict[str, str]) -> None:
    for key, value in node.items():
        name = f"{prefix}.{key}"
        if isinstance(value, Mapping):
            _flatten(name, value, into)
        else:
            into[name] = str(value)


@dataclass(frozen=True)
class Wording:
    """The catalogue of one language. Call it with a key and the placeholders' values."""

    language: str
    texts: Mapping[str, str]

    @classmethod
    def load(cls, language: str, folder: Path | None = None) -> Wording:
        """Read every section file of `language` (one of LANGUAGES); the file name is the first part of its keys.

        Raises ValueError for an unknown language."""
        if language not in LANGUAGES:
            raise ValueError(f"unknown language {language!r}, expected one of {LANGUAGES}")
        texts: dict[str, str] = {}
        for path in sorted(((folder or resource_dir() / "wording") / language).glob("*.json")):
            _flatten(path.stem, json.loads(path.read_text("utf-8")), texts)
        return cls(language, texts)

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of `key` with `{placeholders}` filled in. Raises KeyError for a key no catalogue has."""
        text = self.texts[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        return key in self.texts
