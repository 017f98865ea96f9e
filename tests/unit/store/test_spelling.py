"""The dictionary that is read in pieces is the one that pypinyin reads at once."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_SUM = "import hashlib,json;print(hashlib.sha256(json.dumps({}, sort_keys=True).encode()).hexdigest())"
_OURS = "import pypinyin.constants,gridworker.store.spelling as s;s.spelled('重庆', person=False);"
_MADE = (
    "from gridworker.store import spelling;spelling.spelled('重庆', person=False);import pypinyin.constants;"
)


def _printed(code: str) -> str:
    # What an earlier test of this process asked of pypinyin must not reach it.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYPINYIN_")}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120, env=clean
    ).stdout


@pytest.mark.parametrize("before", [_MADE, _OURS], ids=["alone", "pypinyin was loaded before"])
def test_the_dictionary_read_in_pieces_is_whole(before: str) -> None:
    known = "pypinyin.constants.PHRASES_DICT"
    plain = _printed("import pypinyin.constants;" + _SUM.format(known))
    assert _printed(before + _SUM.format(known)) == plain
