"""What the shell shows, as frozen values: line to the server, status facts, who works here. No Qt, no store."""

from __future__ import annotations

from dataclasses import dataclass, field

from gridworker.ui.tree.tree_memory import TreeMemory


@dataclass(frozen=True)
class SyncLine:
    """The line to the server. `unsent`: records on this computer only; `sending`: sent and not answered yet;
    `attention`: what a person must look at; `alone`: this community has no server."""

    online: bool = False
    unsent: int = 0
    attention: int = 0
    alone: bool = False
    sending: int = 0


@dataclass(frozen=True)
class StatusLine:
    """Facts of the status bar as ready words; an empty one is left out. `last_sync` "" means never."""

    last_sync: str = ""
    scope: str = ""
    encrypted: bool = True
    backup: str = ""


@dataclass(frozen=True)
class ShellState:
    """Everything the window needs to open. `practice` shows the mark 演示数据 as long as the window lives."""

    practice: bool = False
    person: str = ""
    post: str = ""
    sync: SyncLine = field(default_factory=SyncLine)
    status: StatusLine = field(default_factory=StatusLine)
    tree: TreeMemory = field(default_factory=TreeMemory)
    tree_width: int = 256
    tree_folded: bool = False
