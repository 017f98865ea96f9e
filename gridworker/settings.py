"""What this computer remembers about the window: language, text size, look, layout. No personal data, no secrets;
an unreadable file means the defaults."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from platformdirs import PlatformDirs

from gridworker.files import make_folder, write_atomically
from gridworker.wording import LANGUAGES

TEXT_SIZES = (100, 125, 150, 200)
APPEARANCES = ("system", "light", "dark", "contrast")
#: Minutes without a key or the mouse before the window locks itself.
LOCK_AFTER = (1, 3, 5, 10, 15)
#: No screen is wider; a length beyond it is a damaged file.
_WIDEST = 20_000


@dataclass(frozen=True)
class Settings:
    """`text_size` in percent, `text_size_chosen` once somebody chose it; `lock_after` in
    minutes; `tree_width` in px at 100 %."""

    language: str = "zh_CN"
    text_size: int = 100
    text_size_chosen: bool = False
    appearance: str = "system"
    lock_after: int = 5
    tree_width: int = 256
    tree_folded: bool = False
    window_width: int = 1366
    window_height: int = 728

    def with_changes(self, **changes: Any) -> Settings:
        return replace(self, **changes)


def _dirs() -> PlatformDirs:
    return PlatformDirs("Gridworker", appauthor=False)


def data_folder() -> Path:
    """Where profiles live unless the command line says otherwise."""
    return Path(_dirs().user_data_path)


def settings_file() -> Path:
    return Path(_dirs().user_config_path) / "settings.json"


def load(path: Path | None = None) -> Settings:
    """The settings in `path` (default: this user's); every entry that is unknown, ill-typed or none of the choices
    is left out."""
    try:
        found = json.loads((path or settings_file()).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return Settings()
    if not isinstance(found, dict):
        return Settings()
    known = {f.name: type(f.default) for f in fields(Settings)}
    kept: dict[str, Any] = {
        name: value
        for name, value in found.items()
        if name in known and type(value) is known[name] and _admits(name, value)
    }
    return Settings(**kept)


def _admits(name: str, value: Any) -> bool:
    choices = {
        "language": LANGUAGES,
        "text_size": TEXT_SIZES,
        "appearance": APPEARANCES,
        "lock_after": LOCK_AFTER,
    }
    if name in choices:
        return value in choices[name]
    return isinstance(value, bool) or 0 < value <= _WIDEST


def keep(settings: Settings, path: Path | None = None) -> None:
    """Remember `settings`. Raises FolderReadOnly, DiskFull."""
    target = path or settings_file()
    make_folder(target.parent)
    write_atomically(target, json.dumps(asdict(settings), indent=1).encode())
