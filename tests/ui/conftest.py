"""One QApplication with the real theme for all window tests; each test starts with light colours at 100 %."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QDialog

from gridworker.ui.application import Application, create_application
from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.theme import Theme
from gridworker.wording import Wording
from tests.ui.reached import unnamed


@dataclass(frozen=True)
class PlainLook:
    language: str = "zh_CN"
    text_size: int = 100
    appearance: str = "light"


@pytest.fixture(scope="session")
def application(qapp: QApplication) -> Application:
    return create_application([], PlainLook())


@pytest.fixture
def theme(application: Application) -> Iterator[Theme]:
    # Widgets of earlier tests that wait to be deleted would be dressed again and again.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    application.theme.choose(appearance="light", text_size=100)
    yield application.theme
    application.theme.choose(appearance="light", text_size=100)


@pytest.fixture(autouse=True)
def every_dialog_is_named(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever dialog a test opens: everything the keyboard reaches in it has a name."""
    found: dict[str, list[str]] = {}

    def opened(dialog: DialogFrame) -> None:
        QDialog.open(dialog)
        found[type(dialog).__name__] = unnamed(dialog)

    monkeypatch.setattr(DialogFrame, "open", opened)
    yield
    assert {name: controls for name, controls in found.items() if controls} == {}


@pytest.fixture(scope="session")
def zh() -> Wording:
    return Wording.load("zh_CN")


@pytest.fixture(scope="session")
def en() -> Wording:
    return Wording.load("en")
