"""Names as they are typed on a Latin keyboard: full pinyin and initials, every reading of a family name. The
dictionary is large and loads slowly, so it is imported by whoever writes names, never by whoever looks for them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from gridworker.models.mark import PRACTICE_NAME_MARK
from gridworker.models.surnames import DOUBLE, SINGLE

_LATIN = re.compile(r"[a-z0-9]+")
#: A name with more readings than this is no name; what is kept of it is enough.
_MOST = 12
#: Characters of the dictionary that are read in one step, and what stands between two of its phrases.
_PIECE, _BETWEEN = 50_000, '],\n"'


@dataclass(frozen=True)
class Spelling:
    """What finds a name: `zhangwei` and `zw`, each in every reading."""

    pinyin: tuple[str, ...]
    initials: tuple[str, ...]


def spelled(name: str, *, person: bool) -> Spelling:
    """The keys of a name, all in small letters and digits. Of a person the first character is read as a family
    name. The mark of invented people is skipped."""
    plain = name.removeprefix(PRACTICE_NAME_MARK)
    readings = list(islice(_readings(plain, person=person), _MOST))
    full = [variant for reading in readings for variant in _typed("".join(reading))]
    short = ["".join(_initial(part) for part in reading) for reading in readings]
    return Spelling(tuple(dict.fromkeys(filter(None, full))), tuple(dict.fromkeys(filter(None, short))))


def _typed(pinyin: str) -> tuple[str, ...]:
    """ü is typed as v and, as in passports, as u."""
    return (pinyin, pinyin.replace("v", "u")) if "v" in pinyin else (pinyin,)


def _initial(part: str) -> str:
    """A number keeps all its digits."""
    digits = re.match(r"[0-9]+", part)
    return digits.group() if digits else part[:1]


def _readings(name: str, *, person: bool) -> Iterator[list[str]]:
    usual = _read(name)
    if not person:
        yield usual
        return
    if name[:2] in DOUBLE:
        rest = _read(name[2:])
        for pair in DOUBLE[name[:2]]:
            yield [*pair, *rest]
    elif name[:1] in SINGLE:
        rest = _read(name[1:])
        for reading in SINGLE[name[:1]]:
            yield [reading, *rest]
    yield usual  # who does not know the family types what the character says


def _read(text: str) -> list[str]:
    parts = _dictionary().lazy_pinyin(text, errors=str.lower)
    return [piece for part in parts for piece in _LATIN.findall(part)]


@cache
def _dictionary() -> Any:
    """pypinyin with all its phrases, read in pieces: as a whole they are one step of Python's, for which the window
    would stand still an eighth of a second."""
    os.environ.update(PYPINYIN_NO_PHRASES="1", PYPINYIN_NO_DICT_COPY="1")
    import pypinyin

    text = Path(pypinyin.__file__).with_name("phrases_dict.json").read_text("utf-8")
    phrases: dict[str, list[list[str]]] = {}
    known: dict[tuple[str, ...], list[str]] = {}  # one list for a reading, however many phrases have it

    def take(piece: str) -> None:
        for phrase, readings in json.loads(piece).items():
            phrases[phrase] = [known.setdefault(tuple(reading), reading) for reading in readings]

    start = text.index("{") + 1
    while (cut := text.find(_BETWEEN, start + _PIECE)) >= 0:
        take(f"{{{text[start : cut + 1]}}}")
        start = cut + 2
    take(f"{{{text[start:]}")
    pypinyin.load_phrases_dict(phrases)
    return pypinyin
