"""What can be done with several demands chosen in board or table: one joint submission, or taking them all on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gridworker.models.op import Value
from gridworker.services.acts import Done
from gridworker.store.queries.packages import PackageRow
from gridworker.ui.pages.ask_form import AskForm
from gridworker.ui.pages.demands.presenter import Demands, DemandsPresenter
from gridworker.ui.pages.flow import FlowRow
from gridworker.ui.pages.referrals.acting import act_word, package_parts
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording


class TogetherBar(QWidget):
    """Shown while anything is picked: how many, and the acts for all of them. `package_wanted`, `accept_wanted`,
    `clear_wanted`."""

    package_wanted = Signal()
    accept_wanted = Signal()
    clear_wanted = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._wording = wording
        self.words = TextLabel(theme, "", "body_bold", "accent")
        self.package = Button(
            theme, wording("referrals.act.package"), icon="list-checks", key="J", small=True
        )
        self.accept = Button(theme, wording("demands.accept_all"), icon="check", key="A", small=True)
        self.clear = Button(theme, wording("demands.pick_none"), "quiet", icon="x", small=True)
        flow = FlowRow()
        for part in (self.words, self.package, self.accept, self.clear):
            flow.add(part)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(flow)
        self.package.clicked.connect(self.package_wanted)
        self.accept.clicked.connect(self.accept_wanted)
        self.clear.clicked.connect(self.clear_wanted)
        self.show_count(0, least=1)

    def show_count(self, count: int, *, least: int) -> None:
        """Fewer than `least` are not worth a bar."""
        self.words.setText(self._wording("referrals.chosen", count=count))
        self.setVisible(count >= least)


class Several(Protocol):
    """A list in which several demands may be chosen."""

    picked: SignalInstance

    def chosen_keys(self) -> list[object]: ...

    def isVisible(self) -> bool: ...


class Together:
    """Carries out what is done with several of `lists` as (list, how many are worth a bar, how to choose none);
    `saved(words, done)` tells it. `form` is the box that was opened last."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        source: Demands,
        presenter: DemandsPresenter,
        page: QWidget,
        lists: Sequence[tuple[Several, int, Callable[[], None]]],
        saved: Callable[[str, Done], None],
    ) -> None:
        self._theme, self._wording, self._source = theme, wording, source
        self._presenter, self._page, self._lists, self._tell = presenter, page, lists, saved
        self.form: AskForm | None = None
        self.bar = TogetherBar(theme, wording)
        self.bar.package_wanted.connect(self.package)
        self.bar.accept_wanted.connect(self.accept)
        self.bar.clear_wanted.connect(self.clear)
        for several, _, _ in lists:
            several.picked.connect(lambda _: self.refresh())

    def picked(self) -> list[bytes]:
        """What is to be done together: what was chosen in the list that is shown, else the open one."""
        keys = [key for one, _, _ in self._lists if one.isVisible() for key in one.chosen_keys()]
        found = [key for key in keys if isinstance(key, bytes)]
        return found or ([self._presenter.open] if self._presenter.open is not None else [])

    def refresh(self) -> None:
        """Count again: something was chosen, or the other list came to the front."""
        counts = [(len(one.chosen_keys()), least) for one, least, _ in self._lists if one.isVisible()]
        for count, least in counts[:1]:
            self.bar.show_count(count, least=least)

    def clear(self) -> None:
        """Nothing is to be done together any more."""
        for _, _, none in self._lists:
            none()
        self.bar.show_count(0, least=1)

    def _saved(self, words: str, done: Done) -> None:
        self.clear()
        self._tell(words, done)

    def package(self) -> None:
        """Ask into which joint submission they go."""
        ids, scope, presenter = self.picked(), self._presenter.scope, self._presenter
        if ids and scope is not None:
            offered = partial(self._ask, ids)
            presenter.run(
                lambda: self._source.packages(scope), offered, presenter.tell, topic="demands.packages"
            )

    def _ask(self, ids: list[bytes], offered: tuple[PackageRow, ...]) -> None:
        say, scope = self._wording, self._presenter.scope
        if scope is None:
            return
        title = act_word(say, "package")
        form = AskForm(self._theme, say, title, title, package_parts(say, offered), self._page)
        form.explain(say("referrals.explain.package"))

        def go(values: Mapping[str, Value]) -> None:
            into = values.get("into")
            work = partial(
                self._source.collect,
                scope,
                str(values["title"]),
                ids,
                into if isinstance(into, bytes) else None,
            )
            self._presenter.run(work, done, form.show_failure, lane="serial")

        def done(result: tuple[Done, str]) -> None:
            form.accept()
            self._saved(say("referrals.package_made", count=len(ids), no=result[1]), result[0])

        form.asked.connect(go)
        self.form = form
        form.open()

    def accept(self) -> None:
        """Take all of them on: one act, all or none."""
        ids, presenter = self.picked(), self._presenter
        if not ids:
            return
        words = self._wording("demands.accepted_all", count=len(ids))
        presenter.run(
            lambda: self._source.accept_all(ids), partial(self._saved, words), presenter.tell, lane="serial"
        )
