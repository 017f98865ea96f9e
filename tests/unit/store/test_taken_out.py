"""Files that only the server opens: any change, another key, another file are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridworker.errors import BundleUnreadable
from gridworker.store.taken_out import seal, unseal
from gridworker.sync.protocol import sealed

CONTENT = "张大爷家的水管".encode() * 20
OURS, THEIRS = sealed.own_keys(b"o" * 32), sealed.own_keys(b"t" * 32)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "out.gwunsent"
    path.write_bytes(seal(OURS.public[:32], CONTENT))
    return path


def reason(private: bytes, path: Path) -> object:
    with pytest.raises(BundleUnreadable) as refused:
        unseal(private, path)
    return refused.value.values["reason"]


def test_the_server_opens_it_and_nobody_else(file: Path) -> None:
    assert unseal(OURS.opening, file) == CONTENT
    assert reason(THEIRS.opening, file) == "other_key"
    assert CONTENT[:9] not in file.read_bytes()


def test_no_two_files_are_sealed_alike() -> None:
    one, other = seal(OURS.public[:32], CONTENT), seal(OURS.public[:32], CONTENT)
    assert one[20:52] != other[20:52] and one[52:] != other[52:]


@pytest.mark.parametrize("at", [20, 51, 52, 100, -1])
def test_every_changed_byte_is_noticed(file: Path, at: int) -> None:
    raw = bytearray(file.read_bytes())
    raw[at] ^= 1
    file.write_bytes(raw)
    assert reason(OURS.opening, file) == "other_key"


def test_what_is_no_such_file_is_said_plainly(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    for content, why in (
        (b"", "not_bundle"),
        (b"PK\x03\x04", "not_bundle"),
        (whole[:40], "not_bundle"),
        (whole[:-1], "other_key"),
        (whole.replace(b"/1\n", b"/2\n", 1), "newer"),
    ):
        file.write_bytes(content)
        assert reason(OURS.opening, file) == why
    assert reason(OURS.opening, tmp_path / "none") == "not_bundle"
