"""What the figures were seen on: enough to read them, nothing that names a person or a computer."""

from __future__ import annotations

import os
import platform

Facts = dict[str, str | int]


def description() -> Facts:
    """Processor, system, interpreter, and how busy the machine was when asked."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return {
        "cpus": os.cpu_count() or 0,
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": load,
    }
