"""The one way a file leaves: what is asked, what is written, what is on record, and that a failure leaves nothing."""

from __future__ import annotations

import hashlib
import hmac
import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from gridworker.errors import DiskFull, FieldInvalid, TargetNotWritable, UnmaskNotAllowed
from gridworker.exports import target as targets
from gridworker.exports.document import Column, Document, Table
from gridworker.exports.formats import document_bytes
from gridworker.exports.leaving import let_out, locked, opens
from gridworker.models.ids import new_id
from gridworker.services.exports import ExportRegister, is_safe, last_release, record_export
from gridworker.store.export_rows import Release, Written
from gridworker.store.queries.exports import export_log
from gridworker.store.store import Store

PASSPHRASE = "KXM2P-9QRST-ABCDE"
RELEASE = Release("周例会", "街道社区治理科")
TABLE = Table("表", (Column("内容"),), (("张女士反映停车难",),))
DOCUMENT = Document("台账", "", "台账", (TABLE,), "zh_CN", "2026-11-20 09:00")


class Open:
    """A register that lets everything out and keeps what it was told."""

    def __init__(self, broken: bool = False) -> None:
        self.told: list[Written] = []
        self.broken = broken

    def permit(self, release: Release, file_name: str) -> None: ...

    def record(self, release: Release, written: Written) -> None:
        if self.broken:
            raise DiskFull(path="profile")
        self.told.append(written)


def unlocked(content: bytes, passphrase: str) -> bytes:
    """What another program does with a zip of WinZip's AE-2, written from its description."""
    signature, _, flags, method, _, _, _, size, _, name, extra = struct.unpack("<IHHHHHIIIHH", content[:30])
    assert signature == 0x04034B50 and flags & 1 and method == 99
    field = content[30 + name : 30 + name + extra]
    strength, inner = field[8], struct.unpack("<H", field[9:11])[0]
    assert strength == 3  # AES-256
    data = content[30 + name + extra :][:size]
    salt, check, cipher, seal = data[:16], data[16:18], data[18:-10], data[-10:]
    keys = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), salt, 1000, 66)
    assert keys[64:] == check, "another passphrase"
    assert hmac.new(keys[32:64], cipher, "sha1").digest()[:10] == seal
    stream = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor()
    pad = b"".join(stream.update(number.to_bytes(16, "little")) for number in range(1, len(cipher) // 16 + 2))
    plain = bytes(one ^ other for one, other in zip(cipher, pad, strict=False))
    return zlib.decompress(plain, -15) if inner == 8 else plain


def test_what_was_written_is_read_again_and_told(tmp_path: Path) -> None:
    register = Open()
    written = let_out(
        lambda: document_bytes(DOCUMENT, "xlsx"), "xlsx", tmp_path / "台账.xlsx", RELEASE, register
    )
    content = (tmp_path / "台账.xlsx").read_bytes()
    assert register.told == [written]
    assert (written.size, written.digest) == (len(content), hashlib.sha256(content).hexdigest())
    assert not written.locked and [file.name for file in tmp_path.iterdir()] == ["台账.xlsx"]


def test_a_locked_zip_opens_with_the_passphrase_in_another_program(tmp_path: Path) -> None:
    release = Release("周例会", "街道", passphrase=PASSPHRASE)
    plain = document_bytes(DOCUMENT, "docx")
    for name in ("台账.docx", "台账.zip"):
        written = let_out(lambda: plain, "docx", tmp_path / name, release, Open())
        assert written.path.suffix == ".zip" and written.locked
        content = written.path.read_bytes()
        assert "停车".encode() not in content
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.namelist() == ["台账.docx"]
            with pytest.raises((RuntimeError, NotImplementedError)):
                archive.read("台账.docx")
        assert unlocked(content, PASSPHRASE) == plain
        assert len(locked(b"a" * 9_000, "a.csv", PASSPHRASE)) < 1_000, "it is packed too"
        with pytest.raises(AssertionError, match="another passphrase"):
            unlocked(content, PASSPHRASE.lower())


@pytest.mark.parametrize("form", ["xlsx", "docx", "pdf", "html"])
def test_a_form_that_does_not_open_is_noticed(form: str, qapp: object) -> None:
    whole = document_bytes(DOCUMENT, form)
    assert opens(whole, form)
    assert not opens(whole[: len(whole) // 2], form)
    assert not opens(b"", form)
    assert not opens(b"PK\x03\x04" + whole[9:], form)


def test_a_damaged_disk_leaves_no_file_and_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(part: Path) -> None:
        part.write_bytes(part.read_bytes()[:-20])

    register = Open()
    (tmp_path / "x.xlsx").write_text("before")
    monkeypatch.setattr(targets, "_flush", damaged)
    with pytest.raises(TargetNotWritable):
        let_out(lambda: document_bytes(DOCUMENT, "xlsx"), "xlsx", tmp_path / "x.xlsx", RELEASE, register)
    assert not register.told and (tmp_path / "x.xlsx").read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


def test_what_cannot_be_put_on_record_does_not_leave(tmp_path: Path) -> None:
    with pytest.raises(DiskFull):
        let_out(lambda: b"a,b", "csv", tmp_path / "x.csv", RELEASE, Open(broken=True))
    assert not list(tmp_path.iterdir())


def test_purpose_and_recipient_are_asked_before_anything_is_made(alone: Store, tmp_path: Path) -> None:
    register = ExportRegister(alone, "visits", new_id(), "2026-W47", "csv")
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return b"x"

    wrong = (
        (Release("", "街道"), "export_purpose", "required"),
        (Release("例会", "  "), "recipient", "required"),
        (Release("例" * 61, "街道"), "export_purpose", "too_long"),
        (Release("例会", "11010519491231002X"), "recipient", "identity_number"),
        (Release("例会", "街道", passphrase="short"), "zip_passphrase", "zip_too_weak"),
    )
    for release, field, reason in wrong:
        with pytest.raises(FieldInvalid) as refused:
            let_out(make, "csv", tmp_path / "x.csv", release, register)
        assert (refused.value.values["field"], refused.value.values["reason"]) == (field, reason)
    with pytest.raises(FieldInvalid, match="identity_number"):
        let_out(make, "csv", tmp_path / "张三11010519491231002X.csv", RELEASE, register)
    assert not made and not list(tmp_path.glob("*.*")) and not export_log(alone).lines


def test_the_log_says_who_let_what_out_for_whom(alone: Store, tmp_path: Path) -> None:
    node = alone.identity.community_id
    register = ExportRegister(alone, "visits", node, "2026-W47", "csv")
    whole = Release("补报", "街道", "核对门牌", PASSPHRASE)
    let_out(lambda: b"a,b", "csv", tmp_path / "a.csv", RELEASE, register)
    written = let_out(lambda: b"a,b", "csv", tmp_path / "b.csv", whole, register)
    record_export(alone, "walk_list", node, "2026-W47", "print")
    printed, second, first = export_log(alone).lines
    assert (first.purpose, first.recipient, first.unmask_reason, first.locked) == (
        "周例会",
        "街道社区治理科",
        "",
        False,
    )
    assert (second.unmask_reason, second.locked, second.digest) == ("核对门牌", True, written.digest)
    assert (printed.what, printed.purpose, printed.form) == ("walk_list", "", "print")
    assert first.by and first.node and first.at.startswith("20")
    kept = last_release(alone)
    assert kept == Release("补报", "街道") and PASSPHRASE not in repr(whole)
    with alone.read() as connection:
        said = [row[0] for row in connection.exec_driver_sql("SELECT payload FROM audit_payload")]
    assert not any(
        PASSPHRASE.encode() in (text if isinstance(text, bytes) else text.encode()) for text in said
    )


def test_only_who_may_lets_names_out(alone: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register = ExportRegister(alone, "visits", new_id(), "2026-W47", "csv")
    monkeypatch.setattr(Store, "grants", lambda _: ())
    with pytest.raises(UnmaskNotAllowed):
        let_out(lambda: b"x", "csv", tmp_path / "a.csv", Release("例会", "街道", "核对"), register)
    let_out(lambda: b"x", "csv", tmp_path / "a.csv", RELEASE, register)


@pytest.mark.parametrize(
    ("text", "safe"), [("aaaaaaaaaaaaaa", False), ("锦澜社区周报口令", True), ("abc123", False)]
)
def test_passphrases_of_a_zip(text: str, safe: bool) -> None:
    assert is_safe(text) is safe
