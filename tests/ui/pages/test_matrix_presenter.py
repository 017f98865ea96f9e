"""When the matrix reads, and which building it shows. No Qt."""

from __future__ import annotations

from gridworker.changes import Changes
from gridworker.errors import NotFound
from gridworker.store.rows import Matrix, MatrixBuilding
from gridworker.ui.pages.households.matrix.grid import Grid
from gridworker.ui.pages.households.matrix.presenter import MatrixAnswer, MatrixPresenter, MatrixQuery
from tests.ui.pages.immediate import OTHER_SCOPE, SCOPE, Desk

BUILDINGS = tuple(MatrixBuilding(bytes([n]) * 16, "学府院", f"{n}栋", partial=False) for n in (1, 2, 3))
HOME = b"h" * 16


class Source:
    def __init__(self) -> None:
        self.asked: list[MatrixQuery] = []
        self.error: Exception | None = None
        self.buildings = BUILDINGS

    def matrix(self, query: MatrixQuery) -> MatrixAnswer:
        self.asked.append(query)
        if self.error:
            raise self.error
        if not self.buildings:
            return MatrixAnswer((), None)
        home = self.buildings[2].id if query.household_id else self.buildings[0].id
        wanted = query.building_id or home
        shown = next(one for one in self.buildings if one.id == wanted)
        return MatrixAnswer(self.buildings, Matrix(shown, (), (), "2026-11-20"))


class View:
    def __init__(self) -> None:
        self.shown: list[str] = []
        self.errors: list[Exception] = []

    def show_matrix(self, answer: MatrixAnswer, grid: Grid) -> None:
        self.shown.append(answer.matrix.building.name if answer.matrix else "")

    def show_error(self, error: Exception) -> None:
        self.errors.append(error)


def make(desk: Desk | None = None) -> tuple[MatrixPresenter, Source, View]:
    source, view = Source(), View()
    return MatrixPresenter(source, (desk or Desk()).run, view), source, view


def test_nothing_is_read_before_it_is_looked_at() -> None:
    presenter, source, view = make()
    presenter.show_scope(SCOPE)
    presenter.show_scope(OTHER_SCOPE)
    presenter.refresh()
    assert source.asked == []
    presenter.enter(None)
    assert [query.scope for query in source.asked] == [OTHER_SCOPE]
    assert view.shown == ["1栋"]
    presenter.leave()
    presenter.enter(None)
    assert len(source.asked) == 1


def test_it_opens_at_the_building_of_the_open_household() -> None:
    presenter, source, view = make()
    presenter.show_scope(SCOPE)
    presenter.enter(HOME)
    assert (source.asked[0].building_id, source.asked[0].household_id) == (None, HOME)
    assert view.shown == ["3栋"]


def test_buildings_are_walked_to_their_ends_and_a_new_scope_begins_with_its_first() -> None:
    presenter, _, view = make()
    presenter.show_scope(SCOPE)
    presenter.enter(None)
    for by in (-1, 1, 1, 1, -1):
        presenter.step_building(by)
    assert view.shown == ["1栋", "2栋", "3栋", "2栋"]
    presenter.choose_building(BUILDINGS[1].id)  # the one that is shown
    presenter.show_scope(SCOPE)
    assert len(view.shown) == 4
    presenter.show_scope(OTHER_SCOPE)
    assert view.shown[-1] == "1栋"


def test_changes_are_read_when_seen_and_keep_the_building() -> None:
    presenter, source, view = make()
    presenter.show_scope(SCOPE)
    presenter.enter(None)
    presenter.step_building(1)
    visit = Changes.of([("visit", b"x" * 16)])
    presenter.records_changed(Changes.of([("member", b"x" * 16)]), visible=True)
    assert len(source.asked) == 2
    presenter.records_changed(visit, visible=True)
    presenter.records_changed(visit, visible=False)
    assert view.shown == ["1栋", "2栋", "2栋"]
    presenter.refresh()
    assert view.shown[3:] == ["2栋"]
    presenter.records_changed(Changes.of([("demand", b"x" * 16)]), visible=True)
    assert view.shown[4:] == ["2栋"]
    presenter.leave()
    presenter.records_changed(visit, visible=True)
    presenter.refresh()
    assert len(source.asked) == 5
    presenter.enter(None)
    assert len(source.asked) == 6


def test_only_the_newest_building_is_shown_and_errors_are_told() -> None:
    desk = Desk(hold=True)
    presenter, source, view = make(desk)
    presenter.show_scope(SCOPE)
    presenter.enter(None)
    presenter.choose_building(BUILDINGS[2].id)
    desk.answer()
    assert view.shown == ["3栋"]
    source.error = NotFound(what="building")
    presenter.choose_building(BUILDINGS[1].id)
    desk.answer()
    assert view.errors == [source.error]


def test_a_scope_without_buildings() -> None:
    presenter, source, view = make()
    source.buildings = ()
    presenter.show_scope(SCOPE)
    presenter.enter(None)
    presenter.step_building(1)
    assert view.shown == [""]
    assert presenter.building_id is None
