"""Every text a person reads, by key, in Chinese or English. Holds no state and knows no Qt, so that the window,
the command line and the exports say the same words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gridworker.resources import resource_dir

LANGUAGES = ("zh_CN", "en")


def _flatten(prefix: str, node: Mapping[str, object], into: dict[str, str]) -> None:
    for key, value in node.items():
        name = f"{prefix}.{key}"
        if isinstance(value, dict):
            _flatten(name, value, into)
        else:
            into[name] = str(value)


class _Sections(Mapping[str, str]):
    """The texts of the section files in `folder`, each file read when the first of its keys is asked for: most pages
    are never opened in one sitting."""

    def __init__(self, folder: Path) -> None:
        self._files = {path.stem: path for path in sorted(folder.glob("*.json"))}
        self._read: dict[str, dict[str, str]] = {}

    def _section(self, name: str) -> dict[str, str]:
        if name not in self._read:
            texts: dict[str, str] = {}
            if name in self._files:
                _flatten(name, json.loads(self._files[name].read_text("utf-8")), texts)
            self._read[name] = texts
        return self._read[name]

    def __getitem__(self, key: str) -> str:
        return self._section(key.partition(".")[0])[key]

    def __iter__(self) -> Iterator[str]:
        for name in self._files:
            yield from self._section(name)

    def __len__(self) -> int:
        return sum(1 for _key in self)


@dataclass(frozen=True)
class Wording:
    """The catalogue of one language. Call it with a key and the placeholders' values."""

    language: str
    texts: Mapping[str, str]

    @classmethod
    def load(cls, language: str, folder: Path | None = None) -> Wording:
        """The section files of `language` (one of LANGUAGES); the file name is the first part of its keys.

        Raises ValueError for an unknown language."""
        if language not in LANGUAGES:
            raise ValueError(f"unknown language {language!r}, expected one of {LANGUAGES}")
        return cls(language, _Sections((folder or resource_dir() / "wording") / language))

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of `key` with `{placeholders}` filled in. Raises KeyError for a key no catalogue has."""
        text = self.texts[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        return key in self.texts
