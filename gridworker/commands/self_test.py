"""Checks that this installation works, also frozen: make a community, visit, sync in process, report, show a window,
quit. Leaves nothing behind."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gridworker import practice_desk
from gridworker.errors import StepFailed
from gridworker.wording import LANGUAGES, Wording

if TYPE_CHECKING:
    from gridworker.practice_desk import PracticeDesk


def run() -> dict[str, object]:
    """Every step in a temporary folder; raises the error of the first that fails."""
    from gridworker.practice.size import Size
    from gridworker.store.keys import FLOOR

    window = (
        _window()
    )  # first: the window's application also writes the PDF, another kind could not become it
    with tempfile.TemporaryDirectory(prefix="gridworker-") as folder:
        desk = practice_desk.create(Path(folder) / "practice", cost=FLOOR, size=Size.tiny())
        try:
            no = _visit_and_send(desk)
            size = _report(desk, Path(folder))
            findings = _examine(desk)
        finally:
            desk.close()
        reopened = practice_desk.open_desk(Path(folder) / "practice")
        reopened.close()
    return {
        "healthy": not findings,
        "visit": no,
        "report_bytes": size,
        "findings": findings,
        "window": window,
    }


def _visit_and_send(desk: PracticeDesk) -> str:
    from gridworker.services.visits import VisitForm, log_visit
    from gridworker.store.queries import households, road, tree
    from gridworker.sync.client import Client
    from gridworker.sync.session import sync_now

    store = desk.store
    rid = households.household_ids(store, tree.default_scope(store))[0]
    home = households.household_rows(store, [rid])[0]
    logged = log_visit(store, VisitForm(home.id, store.clock.today(), "met", said="自检"))
    if road.sync_counts(store).unsent != 1:
        raise StepFailed(step="the visit is not waiting to be sent")
    sync_now(Client(store, desk.transport))
    if road.sync_counts(store).unsent:
        raise StepFailed(step="the visit did not reach the server")
    return logged.no


def _report(desk: PracticeDesk, folder: Path) -> int:
    from gridworker.commands.reports import made_document, write_report
    from gridworker.exports.formats import REPORT_FORMATS
    from gridworker.models.period import Period
    from gridworker.store.export_rows import Release
    from gridworker.store.queries import tree
    from gridworker.store.queries.summary import summary

    period = Period.of_day("week", desk.store.clock.today())
    week = summary(desk.store, tree.default_scope(desk.store), period)
    if not week.now.visits.attempts:
        raise StepFailed(step="the week's table is empty")
    document = made_document(desk.store, week, Wording.load(LANGUAGES[0]))
    release = Release("self-test", "self-test")
    files = [write_report(desk.store, week, document, folder, kind, release) for kind in REPORT_FORMATS]
    return sum(file.stat().st_size for file in files)


def _examine(desk: PracticeDesk) -> list[str]:
    from gridworker.store.queries.health import examine

    return list(examine(desk.store))


def _window() -> str:
    """Start Qt without a display and draw one page; returns the font that draws Chinese."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from gridworker.settings import Settings
    from gridworker.ui.application import create_application
    from gridworker.ui.dialogs.welcome import WelcomePage

    application = create_application(["gridworker"], Settings())
    page = WelcomePage(application.theme, Wording.load(LANGUAGES[0]))
    page.resize(1366, 696)
    if page.grab().isNull():
        raise StepFailed(step="the first page was not drawn")
    return application.theme.font().family()
