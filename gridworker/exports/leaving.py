"""The one way a file leaves: asked first, written under a passing name, read again, put on record, and only then given
its name. Whatever fails leaves no file and no half one."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from gridworker.exports.target import finished
from gridworker.store.export_rows import Release, Written

ZIP = ".zip"
#: What each form begins and ends with, beside its own checks.
_ENDS = {"pdf": (b"%PDF-", b"%%EOF"), "html": (b"<!DOCTYPE", b"</html>")}
_MADE = (1980, 1, 1, 0, 0, 0)


class Register(Protocol):
    """What the profile says about one export (services/exports.py)."""

    def permit(self, release: Release, file_name: str) -> None: ...

    def record(self, release: Release, written: Written) -> None: ...


def let_out(
    make: Callable[[], bytes], form: str, target: Path, release: Release, register: Register
) -> Written:
    """Write what `make` gives in the form `form` (xlsx, docx, pdf, html, csv, json, png) to `target`; with a
    passphrase into a locked zip of that name with `.zip` at the end.

    Raises what `register` refuses (nothing is made then), DiskFull, FolderReadOnly, TargetNotWritable."""
    register.permit(release, target.name)
    content = make()
    inside = target.name if target.suffix != ZIP else f"{target.stem}.{form}"
    if release.passphrase:
        target = target if target.suffix == ZIP else target.with_name(target.name + ZIP)
        content = locked(content, inside, release.passphrase)
    written = Written(target, len(content), _digest(content), bool(release.passphrase))

    def check(part: Path) -> bool:
        """What lies on the disk is what was made, and opens. On record before it has its name: no file without."""
        found = part.read_bytes()
        if _digest(found) != written.digest or not opens(found, form, inside, release.passphrase):
            return False
        register.record(release, written)
        return True

    with finished(target, check) as part:
        part.write_bytes(content)
    return written


def locked(content: bytes, name: str, passphrase: str) -> bytes:
    """A zip with `content` as its one file, encrypted with AES-256; common programs ask for the passphrase."""
    import pyzipper

    packed, entry = io.BytesIO(), pyzipper.zipfile_aes.AESZipInfo(name, _MADE)
    entry.compress_type = pyzipper.ZIP_DEFLATED
    with pyzipper.AESZipFile(
        packed, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(passphrase.encode())
        archive.writestr(entry, content)
    return packed.getvalue()


def opens(content: bytes, form: str, inside: str = "", passphrase: str = "") -> bool:
    """True if a program that knows `form` could open `content`; in a locked zip, the file `inside`."""
    if passphrase:
        return _opens_locked(content, form, inside, passphrase)
    match form:
        case "xlsx" | "docx":
            return _opens_package(content, {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}[form])
        case "csv" | "json":
            return _is_text(content)
        case "png":
            return content.startswith(b"\x89PNG") and b"IEND" in content[-12:]
        case _:
            begin, end = _ENDS[form]
            return content.startswith(begin) and end in content[-32:]


def _opens_locked(content: bytes, form: str, inside: str, passphrase: str) -> bool:
    import pyzipper

    try:
        with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
            archive.setpassword(passphrase.encode())
            found = archive.read(inside)
    except (RuntimeError, KeyError, ValueError, pyzipper.BadZipFile):
        return False
    return opens(found, form)


def _opens_package(content: bytes, main: str) -> bool:
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return package.testzip() is None and main in package.namelist()
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError):
        return False


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(content)


def _digest(content: bytes) -> str:
    import hashlib  # OpenSSL is loaded by whoever lets something out

    return hashlib.sha256(content).hexdigest()
