"""What the page 填表 does: which form, which period, what goes where, and the filled copy. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gridworker.errors import PlaceNotFound
from gridworker.exports.filling.anchoring import anchored, room_below
from gridworker.exports.filling.form import line_spots
from gridworker.exports.filling.grid import name_of
from gridworker.exports.filling.mapping import Format, FormMapping, Place
from gridworker.exports.filling.reading import TEXT, BlankForm, Target
from gridworker.models.period import Period
from gridworker.store.report_rows import Behind
from gridworker.store.rows import Scope
from gridworker.ui.pages.exporting.source import Export
from gridworker.ui.pages.fill.choices import Choice, found, matched_columns
from gridworker.ui.pages.presenting import PeriodPresenter, PeriodSource, PeriodView
from gridworker.ui.pages.running import Run
from gridworker.wording import Wording

_CONCERNING = ("household", "visit", "visit_amendment", "visit_void", "demand", "demand_event", "meeting")


@dataclass(frozen=True)
class Opened:
    """A form, and the mapping that is known for it, if any."""

    form: BlankForm
    mapping: FormMapping | None


@dataclass(frozen=True)
class Line:
    """One value of a list in the form: `down` lines below the first, in a `column`."""

    place: Place
    down: int
    column: str


class Forms(PeriodSource, Protocol):
    """What the page asks of the open profile and of files."""

    def choices(self, scope: Scope, period: Period) -> tuple[Choice, ...]: ...

    def behind(self, scope: Scope, period: Period, key: str) -> tuple[Behind, ...]: ...

    def behind_line(
        self, scope: Scope, period: Period, name: str, line: int, column: str
    ) -> tuple[Behind, ...]: ...

    def open(self, path: Path) -> Opened: ...

    def load(self, path: Path) -> FormMapping: ...

    def save(self, path: Path, mapping: FormMapping) -> None: ...

    def remember(self, form: BlankForm, mapping: FormMapping) -> None: ...

    def to_export(self, scope: Scope, period: Period, form: BlankForm, mapping: FormMapping) -> Export: ...


class FillView(PeriodView, Protocol):
    """What the presenter tells the page."""

    def show_form(self, form: BlankForm) -> None: ...

    def show_choices(self, choices: tuple[Choice, ...]) -> None: ...

    def show_places(self, words: str, *, unsure: bool) -> None: ...

    def show_records(self, title: str, records: tuple[Behind, ...]) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class FillPresenter(PeriodPresenter):
    """`places` are what goes where, by target; they are kept in the profile with every change."""

    concerning = _CONCERNING

    def __init__(self, source: Forms, run: Run, view: FillView, wording: Wording) -> None:
        super().__init__(source, view)
        self._source, self._run, self._view, self._wording = source, run, view, wording
        self.form: BlankForm | None = None
        self.choices: tuple[Choice, ...] = ()
        self.places: dict[Target, Place] = {}

    # -- period and figures ---------------------------------------------------------------------------------------

    def ask(self, scope: Scope, period: Period) -> None:
        self._run(
            lambda: self._source.choices(scope, period), self._told, self._view.show_error, topic="fill"
        )

    def _told(self, choices: tuple[Choice, ...]) -> None:
        self.choices = choices
        self._view.show_choices(choices)

    def look_for(self, typed: str) -> list[Choice]:
        return found(self.choices, typed)

    def choice(self, key: str) -> Choice | None:
        return next((one for one in self.choices if one.key == key), None)

    # -- the form -------------------------------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        self._run(lambda: self._source.open(path), self._opened, self._view.show_error, topic="fill.form")

    def _opened(self, opened: Opened) -> None:
        self.form, self.places = opened.form, {}
        self._view.show_form(opened.form)
        if opened.mapping is not None:
            self._take(opened.mapping, "fill.known")
        else:
            self._view.show_places(self._wording("fill.counted", count=0), unsure=False)

    def _take(self, mapping: FormMapping, words: str) -> None:
        """Put a mapping over the form; a place that is not found is said, the others stand."""
        form, lost = self.form, []
        if form is None:
            return
        for place in mapping.places:
            try:
                self.places[form.target_of(place)] = place
            except PlaceNotFound:
                lost.append(place.name)
        self._view.show_form(form)
        if lost:
            said = self._wording("fill.lost", count=len(lost), first=lost[0])
            self._view.show_places(said, unsure=True)
        else:
            self._view.show_places(self._wording(words, count=len(self.places)), unsure=False)

    # -- what goes where ------------------------------------------------------------------------------------------

    def put(
        self, target: Target, choice: Choice, form: Format = "", columns: tuple[str, ...] = (), rows: int = 0
    ) -> None:
        """Fill `target` with a figure, or from it on with a list. Raises PlaceNotFound where text stands."""
        blank = self.form
        assert blank is not None
        like = Place(
            figure="" if choice.is_list else choice.key,
            list=choice.key if choice.is_list else "",
            format=form,
            placeholder=target.placeholder,
            columns=columns if choice.is_list else (),
            rows=rows if choice.is_list else 0,
        )
        if target.placeholder:
            sheet = "" if target.sheet == TEXT else blank.grids[target.sheet].name
            cell = "" if target.sheet == TEXT else name_of(target.spot)
            self.places[target] = Place(
                figure=like.figure, format=form, placeholder=target.placeholder, sheet=sheet, cell=cell
            )
        else:
            self.places[target] = anchored(blank.grids, target.sheet, target.spot, like)
        self._changed()

    def clear(self, target: Target) -> None:
        if self.places.pop(target, None) is not None:
            self._changed()

    def _changed(self) -> None:
        self._view.show_places(self._wording("fill.counted", count=len(self.places)), unsure=False)
        form, mapping = self.form, self.mapping()
        if form is not None and mapping.places:
            self._run(
                lambda: self._source.remember(form, mapping),
                lambda _: None,
                self._view.show_error,
                lane="serial",
            )

    def suggested(self, target: Target, choice: Choice) -> tuple[tuple[str, ...], int]:
        """Columns of a list by the headers above the target and to its right, and for how many rows there is room."""
        if self.form is None or target.sheet == TEXT:
            return (), 0
        grid = self.form.grids[target.sheet]
        headers = []
        for column in range(target.spot[1], grid.columns + 1):
            above = (
                grid.texts.get(grid.first_of((row, column)), "") for row in range(target.spot[0] - 1, 0, -1)
            )
            headers.append(next((text for text in above if text.strip()), ""))
        columns = matched_columns(choice, headers, self._wording)
        room = room_below(grid, target.spot, len(columns))
        if self.form.kind == "xlsx" and target.spot[0] + room > grid.rows:  # nothing stands below it
            room = max(room, 2 * int(choice.value))
        return columns, max(room, 1)

    def filled(self) -> dict[Target, tuple[str, str]]:
        """Value and name of what is chosen, by target."""
        found: dict[Target, tuple[str, str]] = {}
        for target, place in self.places.items():
            choice = self.choice(place.figure or place.list)
            found[target] = (self.said(place), choice.name if choice else place.figure or place.list)
        return found

    def said(self, place: Place) -> str:
        """What stands in a cell at present."""
        choice = self.choice(place.figure or place.list)
        if choice is None:
            return place.figure or place.list
        if place.list:
            return self._wording("fill.rows", name=choice.name, count=choice.value)
        return choice.value

    def leads(self, target: Target) -> bool:
        """Whether something is filled in at `target`, be it a line of a list that begins further up."""
        return target in self.places or self._line_at(target) is not None

    def look_behind(self, target: Target) -> None:
        """The records that the figure in a cell counts, or that the value of a list's line stands for."""
        scope, period, line = self._scope, self._period, self._line_at(target)
        place = line.place if line else self.places.get(target)
        if place is None or scope is None:
            return
        key = place.figure or place.list
        choice = self.choice(key)
        title = choice.name if choice else key

        def read() -> tuple[Behind, ...]:
            if line is None:
                return self._source.behind(scope, period, key)
            return self._source.behind_line(scope, period, key, line.down, line.column)

        def shown(records: tuple[Behind, ...]) -> None:
            named = title if line is None else self._wording("fill.line", name=title, number=line.down + 1)
            self._view.show_records(named, records)

        self._run(read, shown, self._view.show_error, topic="fill.behind")

    def _line_at(self, target: Target) -> Line | None:
        """The line of a list that will stand at `target`, and the column there."""
        form = self.form
        if form is None or target.sheet == TEXT:
            return None
        grid = form.grids[target.sheet]
        for first, place in self.places.items():
            down = target.spot[0] - first.spot[0]
            choice = self.choice(place.list) if place.list and first.sheet == target.sheet else None
            if choice is None or not 0 <= down < int(choice.value):
                continue
            try:
                spots = line_spots(grid, (target.spot[0], first.spot[1]), place)
            except PlaceNotFound:  # the room of the form ends above
                continue
            if target.spot in spots:
                return Line(place, down, place.columns[spots.index(target.spot)])
        return None

    def mapping(self) -> FormMapping:
        return FormMapping(version=1, places=tuple(self.places.values()))

    def load(self, path: Path) -> None:
        self._run(
            lambda: self._source.load(path),
            lambda mapping: self._take(mapping, "fill.counted"),
            self._view.show_error,
            topic="fill.form",
        )

    def save(self, path: Path) -> None:
        mapping = self.mapping()
        told = self._wording("fill.saved", name=path.name)
        self._run(
            lambda: self._source.save(path, mapping),
            lambda _: self._view.show_places(told, unsure=False),
            self._view.show_error,
            lane="serial",
        )

    def to_export(self) -> Export | None:
        """The filled copy; None while there is no form, nothing chosen or no node."""
        form, scope = self.form, self._scope
        if form is None or scope is None or not self.places:
            return None
        return self._source.to_export(scope, self._period, form, self.mapping())
