"""Which rows a spreadsheet hides, read from the file itself because the reader of the cells does not tell, and whether
every part of a packed file is whole. Rows that cannot be told are taken as shown."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator

_PIECE = 1 << 20
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_ODS_CONTENT = "content.xml"
_MAX_INDEX = 4_000_000
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*?\b\w+:id=[\"']([^\"']+)[\"']")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)>")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_NUMBER = re.compile(rb"\br=[\"'](\d+)[\"']")
_HIDDEN = re.compile(rb"\bhidden=[\"'](?:1|true)[\"']")
_TABLE_OR_ROW = re.compile(rb"<table:table(-row)?(?![-\w])([^>]*)>")
_REPEATED = re.compile(rb"table:number-rows-repeated=[\"'](\d+)[\"']")
_COLLAPSED = re.compile(rb"table:visibility=[\"'](?:collapse|filter)[\"']")
_XLS_HIDDEN_ROW = re.compile(rb"\x08\x02\x10\x00.{12}[\x20-\x3f\x60-\x7f\xa0-\xbf\xe0-\xff]", re.S)
_BOUNDSHEET, _EOF, _XLS_ROW, _DY_ZERO = 0x85, 0x0A, 0x208, 0x20
_END = 0xFFFFFFF0

#: For every sheet, in the order of the book, the numbers (from 1) of the rows it hides.
Hidden = tuple[frozenset[int], ...]


def in_zip(parts: zipfile.ZipFile) -> Hidden:
    """The hidden rows of an .xlsx or .ods. Reads every part once, in pieces. Raises BadZipFile for a damaged one."""
    sheets = _sheet_parts(parts)
    by_part: dict[str, set[int]] = {}
    collapsed = False
    for part in parts.infolist():
        found: set[int] = set()
        for piece in _tags(parts, part.filename):
            if part.filename in sheets and b"hidden=" in piece:
                found |= _hidden_in_xlsx(piece)
            elif part.filename == _ODS_CONTENT and b"table:visibility=" in piece:
                collapsed = True
        by_part[part.filename] = found
    if collapsed:
        return _hidden_in_ods(parts)
    return tuple(frozenset(by_part.get(name, ())) for name in sheets)


def _tags(parts: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The part in pieces that each end before a tag. Raises BadZipFile at the end of a damaged part."""
    rest = b""
    with parts.open(name) as part:
        while piece := part.read(_PIECE):
            whole, mark, rest = (rest + piece).rpartition(b"<")
            rest = mark + rest
            yield whole
    yield rest


def _sheet_parts(parts: zipfile.ZipFile) -> list[str]:
    """The parts that hold the sheets of an .xlsx, in the order of the book."""
    names = set(parts.namelist())
    if not {_WORKBOOK, _RELATIONS} <= names:
        return []
    index, relations = (_head(parts, name) for name in (_WORKBOOK, _RELATIONS))
    targets = {}
    for relation in _RELATION.finditer(relations):
        about = dict(re.findall(rb"\b(Id|Target)=[\"']([^\"']*)[\"']", relation[1]))
        target = about.get(b"Target", b"").decode("utf-8", "replace")
        targets[about.get(b"Id", b"")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return [targets.get(sheet[1], "") for sheet in _SHEET.finditer(index)]


def _head(parts: zipfile.ZipFile, name: str) -> bytes:
    with parts.open(name) as part:
        return part.read(_MAX_INDEX)


def _hidden_in_xlsx(piece: bytes) -> set[int]:
    found = set()
    for row in _ROW.finditer(piece):
        number = _NUMBER.search(row[1])
        if number and _HIDDEN.search(row[1]):
            found.add(int(number[1]))
    return found


def _hidden_in_ods(parts: zipfile.ZipFile) -> Hidden:
    """Rows of an .ods have no numbers: they are counted."""
    sheets: list[set[int]] = []
    row = 0
    for piece in _tags(parts, _ODS_CONTENT):
        for tag in _TABLE_OR_ROW.finditer(piece):
            if not tag[1]:
                sheets.append(set())
                row = 0
                continue
            repeated = _REPEATED.search(tag[2])
            times = int(repeated[1]) if repeated else 1
            if sheets and _COLLAPSED.search(tag[2]) and times < 100_000:
                sheets[-1].update(range(row + 1, row + times + 1))
            row += times
    return tuple(frozenset(sheet) for sheet in sheets)


def in_xls(content: bytes) -> Hidden:
    """The hidden rows of an .xls; empty where its container is not understood."""
    try:
        return _hidden_in_stream(_stream(content))
    except (struct.error, IndexError, ValueError):
        return ()


def _hidden_in_stream(stream: bytes) -> Hidden:
    if not _XLS_HIDDEN_ROW.search(stream):
        return ()
    starts = [
        struct.unpack_from("<I", stream, at)[0] for kind, at in _records(stream, 0) if kind == _BOUNDSHEET
    ]
    return tuple(frozenset(_rows_of(stream, start)) for start in starts)


def _rows_of(stream: bytes, start: int) -> Iterator[int]:
    for kind, at in _records(stream, start):
        if kind == _XLS_ROW and stream[at + 12] & _DY_ZERO:
            yield int(struct.unpack_from("<H", stream, at)[0]) + 1


def _records(stream: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Kind and place of the body of every record from `start` to the end of its part of the stream."""
    at = start
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4
        if kind == _EOF:
            return
        at += 4 + size


def _stream(content: bytes) -> bytes:
    """The stream `Workbook` of a compound file ([MS-CFB]), if it lies in whole sectors."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    fat_sectors = [n for n in struct.unpack_from("<109I", content, 76) if n < _END]
    table: list[int] = []
    for sector in fat_sectors:
        table += struct.unpack_from(f"<{size // 4}I", content, (sector + 1) * size)
    directory = _chain(content, table, struct.unpack_from("<I", content, 48)[0], size)
    for at in range(0, len(directory), 128):
        length, kind = struct.unpack_from("<HB", directory, at + 64)
        name = directory[at : at + max(0, length - 2)].decode("utf-16-le", "replace")
        start, bytes_long = struct.unpack_from("<II", directory, at + 116)
        least = struct.unpack_from("<I", content, 56)[0]
        if kind == 2 and name in ("Workbook", "Book") and bytes_long >= least:
            return _chain(content, table, start, size)[:bytes_long]
    raise ValueError("no workbook")


def _chain(content: bytes, table: list[int], sector: int, size: int) -> bytes:
    found = bytearray()
    while sector < _END and len(found) <= len(content):
        found += content[(sector + 1) * size : (sector + 2) * size]
        sector = table[sector]
    return bytes(found)
