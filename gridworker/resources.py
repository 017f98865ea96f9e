"""Where the files shipped beside the code are: in the checkout, in an installed wheel, or in the frozen folder."""

from __future__ import annotations

import sys
from pathlib import Path


def resource_dir() -> Path:
    """The folder that holds wording, icons, templates and migrations' snapshots."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        return Path(frozen) / "resources"
    here = Path(__file__).resolve().parent
    inside = here / "_resources"  # an installed wheel carries them inside the package
    return inside if inside.is_dir() else here.parent / "resources"
