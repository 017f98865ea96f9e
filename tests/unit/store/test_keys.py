"""The passphrase, the wrapped key and the growing delay after wrong tries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.errors import (
    DatabaseFromFuture,
    KeyFileDamaged,
    TooManyTries,
    WeakPassphrase,
    WrongPassphrase,
)
from gridworker.store import keys
from gridworker.store.keys import FLOOR, FREE_TRIES, KEY_FILE, TRIES_FILE, KdfCost, unwrap, wrap
from tests.community import COST, PASSPHRASE

KEY = bytes(range(32))
NOW = 1_795_000_000.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    wrap(tmp_path, KEY, PASSPHRASE, COST)
    return tmp_path


def wrong(folder: Path, now: float = NOW, times: int = 1) -> int:
    """Try a wrong passphrase; returns the tries noted."""
    noted = 0
    for _ in range(times):
        with pytest.raises(WrongPassphrase) as refused:
            unwrap(folder, "wrong passphrase", now)
        noted = int(str(refused.value.values["tries"]))
    return noted


def test_the_passphrase_opens_and_no_other(folder: Path) -> None:
    assert unwrap(folder, PASSPHRASE, NOW) == KEY
    assert wrong(folder) == 1
    assert unwrap(folder, PASSPHRASE, NOW) == KEY


def test_the_key_is_nowhere_in_the_file(folder: Path) -> None:
    content = (folder / KEY_FILE).read_bytes()
    assert KEY not in content
    assert KEY.hex().encode() not in content
    assert PASSPHRASE.encode() not in content
    assert json.loads(content)["kdf"] == {"name": "argon2id", "memory": 8192, "passes": 1, "lanes": 1}


def test_a_new_passphrase_is_a_new_wrapping_of_the_same_key(folder: Path) -> None:
    before = (folder / KEY_FILE).read_bytes()
    wrap(folder, KEY, "another passphrase", COST)
    assert unwrap(folder, "another passphrase", NOW) == KEY
    wrong(folder)
    assert (folder / KEY_FILE).read_bytes() != before


@pytest.mark.parametrize("weak", ["", "1234567", "aaaaaaaaaaaa", "abcabcabcabc", "一二三"])
def test_weak_passphrases_are_refused(tmp_path: Path, weak: str) -> None:
    with pytest.raises(WeakPassphrase):
        wrap(tmp_path, KEY, weak, COST)
    assert list(tmp_path.iterdir()) == []


def test_the_cost_is_never_below_the_floor() -> None:
    usual, cheap = KdfCost(), keys.calibrated(target=0.0)
    for cost in (usual, cheap):
        assert cost.memory >= FLOOR.memory
        assert cost.passes >= FLOOR.passes
    assert keys.calibrated(target=1000.0).passes == 16


def test_ten_free_tries_then_a_growing_wait_that_survives_a_restart(folder: Path) -> None:
    assert wrong(folder, times=FREE_TRIES) == FREE_TRIES
    waits = []
    now = NOW
    for _ in range(4):
        with pytest.raises(TooManyTries) as refused:  # nothing is kept in memory: every call is a restart
            unwrap(folder, PASSPHRASE, now)
        waits.append(int(str(refused.value.values["seconds"])))
        now += waits[-1]
        wrong(folder, now)
    assert waits == [2, 3, 5, 9]  # 1, 2, 4, 8 seconds, rounded up
    now += 100
    assert unwrap(folder, PASSPHRASE, now) == KEY
    assert wrong(folder, now) == 1  # the right one starts the count anew


def test_the_wait_is_an_hour_at_most(folder: Path) -> None:
    (folder / TRIES_FILE).write_text(json.dumps({"tries": 500, "allowed_at": 0.0}))
    assert wrong(folder) == 501
    with pytest.raises(TooManyTries) as refused:
        unwrap(folder, PASSPHRASE, NOW)
    assert int(str(refused.value.values["seconds"])) <= 3601
    assert unwrap(folder, PASSPHRASE, NOW + 3601) == KEY


def test_setting_the_clock_back_neither_skips_the_wait_nor_locks_out(folder: Path) -> None:
    wrong(folder, times=FREE_TRIES)
    back = NOW - 10 * 365 * 86400
    with pytest.raises(TooManyTries) as refused:
        unwrap(folder, PASSPHRASE, back)
    seconds = int(str(refused.value.values["seconds"]))
    assert seconds <= 3601
    assert unwrap(folder, PASSPHRASE, back + seconds) == KEY


def test_a_tampered_count_counts_as_full(folder: Path) -> None:
    for text in ("", "[]", '{"tries": "x", "allowed_at": 0}', '{"tries": 3}', "\x00"):
        (folder / TRIES_FILE).write_text(text)
        assert wrong(folder) == FREE_TRIES + 1
    (folder / TRIES_FILE).write_bytes(b"\xff\xfe")
    assert wrong(folder) == FREE_TRIES + 1


@pytest.mark.parametrize(
    "content",
    [
        b"", b"null", b"[]", b"{}", b"7", b'"x"', b"\xff\xfe\x00", b"not json",
        b'{"version": 1, "kdf": {"memory": 8192, "passes": 1, "lanes": 1}}',
    ],
)  # fmt: skip
def test_a_damaged_key_file_is_said_and_is_no_wrong_try(folder: Path, content: bytes) -> None:
    (folder / KEY_FILE).write_bytes(content)
    with pytest.raises(KeyFileDamaged):
        unwrap(folder, PASSPHRASE, NOW)
    assert not (folder / TRIES_FILE).exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("salt", "!!"), ("salt", ""), ("nonce", ""), ("nonce", "AA=="), ("nonce", 5), ("key", None), ("key", ""),
        ("kdf", {"memory": 0, "passes": 1, "lanes": 1}), ("kdf", {"memory": 2**40, "passes": 1, "lanes": 1}),
        ("kdf", {"memory": 8192, "passes": 2**40, "lanes": 1}), ("kdf", {"memory": "x", "passes": 1, "lanes": 1}),
        ("kdf", []), ("kdf", {"memory": 8192, "passes": 1, "lanes": -3}),
    ],
)  # fmt: skip
def test_every_damaged_part_is_a_damaged_file(folder: Path, name: str, value: object) -> None:
    document = json.loads((folder / KEY_FILE).read_text())
    document[name] = value
    (folder / KEY_FILE).write_text(json.dumps(document))
    with pytest.raises(KeyFileDamaged):
        unwrap(folder, PASSPHRASE, NOW)


@pytest.mark.parametrize("version", [0, -1])
def test_a_header_made_cheaper_does_not_open(folder: Path, version: int) -> None:
    document = json.loads((folder / KEY_FILE).read_text())
    document["version"] = version
    (folder / KEY_FILE).write_text(json.dumps(document))
    with pytest.raises((KeyFileDamaged, WrongPassphrase)):
        unwrap(folder, PASSPHRASE, NOW)


def test_f33_a_newer_programs_key_file_is_no_wrong_try_and_no_damage(folder: Path) -> None:
    document = json.loads((folder / KEY_FILE).read_text())
    document |= {"version": 2, "kdf": {"name": "another"}}
    (folder / KEY_FILE).write_text(json.dumps(document))
    with pytest.raises(DatabaseFromFuture) as refused:
        unwrap(folder, PASSPHRASE, NOW)
    assert refused.value.values == {"found": 2, "known": 1}
    assert not (folder / TRIES_FILE).exists()


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_one_flipped_bit_never_gives_another_key(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("flipped")
    wrap(folder, KEY, PASSPHRASE, COST)
    content = bytearray((folder / KEY_FILE).read_bytes())
    content[place % len(content)] ^= 1 << bit
    (folder / KEY_FILE).write_bytes(content)
    try:
        assert unwrap(folder, PASSPHRASE, NOW) == KEY  # the bit was in a blank
    except (DatabaseFromFuture, KeyFileDamaged, WrongPassphrase):
        pass
