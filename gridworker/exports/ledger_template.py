"""The blank ledger that may be filled in and imported: a sheet of households and residents, one of shops, one of
demands, and one that says what each column takes."""

from __future__ import annotations

from pathlib import Path

from gridworker.exports.target import finished
from gridworker.exports.xlsx import readable, template_bytes
from gridworker.wording import Wording

#: The columns of each sheet in order; each has its header and its explanation in the catalogue.
COLUMNS = (
    "estate building unit room code occupancy member_count name relation phone gender birth residence preferred_time "
    "visit_opt_out note"
).split()
SHOP_COLUMNS = (
    "shop_name shop_kind estate building unit front shop_contact phone open_hours shop_status code note"
).split()
DEMAND_COLUMNS = (
    "outside_no reported_on demand_source area_name estate building unit room reporter phone demand_type "
    "demand_category demand_title demand_text due handling"
).split()


def write_template(target: Path, wording: Wording) -> Path:
    """Write a blank ledger to `target`. Raises DiskFull, FolderReadOnly, TargetNotWritable."""
    sheets = {
        wording(f"import.template.{sheet}"): [wording(f"import.column.{name}") for name in columns]
        for sheet, columns in (("sheet", COLUMNS), ("shops", SHOP_COLUMNS), ("demands", DEMAND_COLUMNS))
    }
    every = dict.fromkeys((*COLUMNS, *SHOP_COLUMNS, *DEMAND_COLUMNS))
    remarks = [(wording(f"import.column.{name}"), wording(f"import.takes.{name}")) for name in every]
    content = template_bytes(sheets, wording("import.template.remarks"), remarks, wording.language)
    with finished(target, readable) as part:
        part.write_bytes(content)
    return target
