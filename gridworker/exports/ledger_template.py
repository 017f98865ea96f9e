"""The blank ledger that may be filled in and imported: one sheet with headers, one with what each column takes."""

from __future__ import annotations

from pathlib import Path

from gridworker.exports.target import finished
from gridworker.exports.xlsx import readable, template_bytes
from gridworker.wording import Wording

#: The columns in order; each has its header and its explanation in the catalogue.
COLUMNS = (
    "estate building unit room code occupancy member_count name relation phone gender birth residence preferred_time "
    "visit_opt_out note"
).split()


def write_template(target: Path, wording: Wording) -> Path:
    """Write a blank ledger to `target`. Raises DiskFull, FolderReadOnly, TargetNotWritable."""
    headers = [wording(f"import.column.{name}") for name in COLUMNS]
    remarks = [(wording(f"import.column.{name}"), wording(f"import.takes.{name}")) for name in COLUMNS]
    content = template_bytes(
        wording("import.template.sheet"),
        headers,
        wording("import.template.remarks"),
        remarks,
        wording.language,
    )
    with finished(target, readable) as part:
        part.write_bytes(content)
    return target
