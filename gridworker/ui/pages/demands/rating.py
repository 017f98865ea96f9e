"""The resident's rating, entered against the code of a slip."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtWidgets import QWidget

from gridworker.models.demand_machine import SATISFACTIONS
from gridworker.models.op import Value
from gridworker.services.acts import Done
from gridworker.ui.pages.ask_form import AskForm, Part
from gridworker.ui.pages.demands.presenter import Demands, DemandsPresenter
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

UNRATED = "unrated"


class Rating:
    """Asks for code and rating; `saved(words, done)` tells what it counts as. `form` is the box opened last."""

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        source: Demands,
        presenter: DemandsPresenter,
        page: QWidget,
        saved: Callable[[str, Done], None],
    ) -> None:
        self._theme, self._wording, self._source = theme, wording, source
        self._presenter, self._page, self._saved = presenter, page, saved
        self.form: AskForm | None = None

    def ask(self) -> None:
        """Open the box for the demand that is shown."""
        opened, say = self._presenter.opened, self._wording
        if opened is None or opened.detail.row.state != "replied":
            return
        demand, no = opened.detail.row.id, opened.detail.row.no
        grades = [(one, say(f"choices.demand.satisfaction.{one}")) for one in SATISFACTIONS if one != UNRATED]
        parts = (
            Part("code_hash", say("demands.slip.code"), plain=True, note=say("demands.slip.code_note")),
            Part("satisfaction", say("errors.field.satisfaction"), grades),
            Part(
                "satisfaction_reason", say("errors.field.satisfaction_reason"), note=say("demands.slip.why")
            ),
        )
        title = say("demands.slip.rate").removesuffix("…")
        form = AskForm(self._theme, say, title, title, parts, self._page)
        form.explain(say("demands.slip.explain"))

        def go(values: Mapping[str, Value]) -> None:
            told = (str(values[name] or "") for name in ("code_hash", "satisfaction", "satisfaction_reason"))
            self._presenter.run(
                partial(self._source.rate, demand, *told), done, form.show_failure, lane="serial"
            )

        def done(result: tuple[Done, str]) -> None:
            form.accept()
            key = "not_counted" if result[1] == UNRATED else "rated"
            grade = say(f"choices.demand.satisfaction.{result[1]}")
            self._saved(say(f"demands.slip.{key}", no=no, grade=grade), result[0])

        form.asked.connect(go)
        self.form = form
        form.open()
