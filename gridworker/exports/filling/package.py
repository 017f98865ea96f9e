"""The zip package behind an .xlsx or .docx form: opened with everything checked, packed again with only the changed
parts different."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lxml import etree

from gridworker.errors import FormRefused

MAX_BYTES = 32_000_000
MAX_UNPACKED = 300_000_000
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_KINDS = {"xl/workbook.xml": "xlsx", "word/document.xml": "docx"}


@dataclass(frozen=True)
class Package:
    """A form's `parts` by name in the order of the file. `kind` is `xlsx` or `docx`, told by content."""

    name: str
    kind: str
    entries: tuple[zipfile.ZipInfo, ...]
    parts: Mapping[str, bytes]

    def tree(self, part: str) -> Any:
        """The root element of an XML part. Raises FormRefused (`file_damaged`)."""
        return parsed(self.name, self.parts.get(part, b""))

    def targets(self, part: str) -> dict[str, str]:
        """Where the relations of `part` lead: the name of the other part by the relation's id."""
        folder = PurePosixPath(part).parent
        relations = f"{folder}/_rels/{PurePosixPath(part).name}.rels"
        if relations not in self.parts:
            return {}
        return {
            relation.get("Id"): _joined(folder, relation.get("Target", ""))
            for relation in self.tree(relations).iter(_RELATIONS)
            if relation.get("TargetMode") != "External"
        }


def _joined(folder: PurePosixPath, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    steps: list[str] = list(folder.parts)
    for step in PurePosixPath(target).parts:
        if step == "..":
            steps = steps[:-1]
        else:
            steps.append(step)
    return "/".join(steps)


def parsed(name: str, content: bytes) -> Any:
    """The root element of `content`; nothing outside is looked at and no entity is opened.

    Raises FormRefused (`file_damaged`) with the form's `name`."""
    try:
        root = etree.fromstring(
            content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        )
    except etree.XMLSyntaxError as error:
        raise FormRefused(file=name, reason="file_damaged") from error
    if root.getroottree().docinfo.doctype:
        raise FormRefused(file=name, reason="file_damaged")
    return root


def written(root: Any) -> bytes:
    """An XML part as it stands in a package."""
    content: bytes = etree.tostring(
        root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True
    )
    return content


@contextmanager
def opened(path: Path) -> Iterator[None]:
    """Say plainly why `path` cannot be read: it is not there, or another program keeps it to itself.

    Raises FormRefused (`file_missing`, `file_locked`); other errors pass."""
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise FormRefused(file=path.name, reason="file_missing") from error
    except PermissionError as error:
        raise FormRefused(file=path.name, reason="file_locked") from error


def open_package(path: Path) -> Package:
    """The form in the file `path`.

    Raises FormRefused (`file_empty`, `file_too_large`, `file_old`, `file_encrypted`, `file_damaged`, `form_unknown`,
    `file_missing`, `file_locked`), and what reading a file may raise."""
    with opened(path):
        if path.stat().st_size > MAX_BYTES:
            raise FormRefused(file=path.name, reason="file_too_large")
        content = path.read_bytes()
    if not content:
        raise FormRefused(file=path.name, reason="file_empty")
    if content.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in content
        raise FormRefused(file=path.name, reason="file_encrypted" if locked else "file_old")
    if not content.startswith(b"PK"):
        raise FormRefused(file=path.name, reason="form_unknown")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as source:
            entries = tuple(source.infolist())
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise FormRefused(file=path.name, reason="file_too_large")
            parts = {entry.filename: source.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise FormRefused(file=path.name, reason="file_damaged") from error
    kind = next((kind for part, kind in _KINDS.items() if part in parts), None)
    if kind is None:
        raise FormRefused(file=path.name, reason="form_unknown")
    return Package(path.name, kind, entries, parts)


def pack(package: Package, changed: Mapping[str, bytes | None]) -> bytes:
    """The package with the `changed` parts; None leaves a part out. Every other part keeps its bytes, its place and its
    date."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for entry in package.entries:
            content = changed.get(entry.filename, package.parts[entry.filename])
            if content is not None:
                copy = zipfile.ZipInfo(entry.filename, entry.date_time)
                copy.compress_type, copy.external_attr = entry.compress_type, entry.external_attr
                target.writestr(copy, content)
    return packed.getvalue()
