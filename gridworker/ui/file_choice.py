"""Where a file is saved or found: the system's own dialogs, which begin among the person's documents."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget


def among_documents(name: str) -> str:
    """A file called `name` where the person keeps documents; the name alone where nobody knows where that is."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return str(Path(folder) / name) if folder and Path(folder).is_dir() else name


def choose_target(parent: QWidget, title: str, name: str, kinds: str) -> str:
    """Ask where to save, offering `name`; "" when the person changes their mind."""
    return QFileDialog.getSaveFileName(parent, title, among_documents(name), kinds)[0]


def choose_source(parent: QWidget, title: str, name: str, kinds: str) -> str:
    """Ask which file; "" when the person changes their mind."""
    return QFileDialog.getOpenFileName(parent, title, among_documents(name), kinds)[0]
