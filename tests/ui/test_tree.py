"""The trees: model, filter that keeps ancestors, memory of selection and open nodes, keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from gridworker.ui.theme import Theme
from gridworker.ui.tree.tree_delegate import NumberColumns
from gridworker.ui.tree.tree_memory import AREA, ORG, TreeMemory
from gridworker.ui.tree.tree_model import NODE_ROLE, PERSON_ROLE, TreeModel
from gridworker.ui.tree.tree_node import TreeNode
from gridworker.ui.tree.tree_panel import TreePanel
from gridworker.ui.tree.tree_view import TreeView
from gridworker.wording import Wording
from tests.ui.nodes import FIRST, GROUP, ROOT, SECOND, areas, key, organisation

_NONE = QModelIndex()


def shown(view: TreeView, parent: QModelIndex = _NONE) -> list[str]:
    """Names of the lines a person sees, top down."""
    model, names = view.model(), []
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        names.append(index.data())
        if view.isExpanded(index):
            names += shown(view, index)
    return names


@pytest.fixture
def panel(theme: Theme, zh: Wording, qtbot: QtBot) -> TreePanel:
    panel = TreePanel(theme, zh)
    qtbot.addWidget(panel)
    panel.show_tree(ORG, organisation())
    panel.show_tree(AREA, areas())
    panel.resize(256, 500)
    panel.show()
    return panel


def test_the_model_keeps_the_rules_of_models(zh: Wording, qtbot: QtBot) -> None:
    model = TreeModel(zh)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert model.set_nodes(organisation())
    assert not model.set_nodes(organisation(due=3))
    assert model.set_nodes(organisation()[:3])
    assert model.set_nodes([])


def test_numbers_change_without_a_reset(zh: Wording, qtbot: QtBot) -> None:
    model = TreeModel(zh)
    model.set_nodes(organisation())
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        model.set_nodes(organisation(due=2))
    assert model.index_of(SECOND).data(NODE_ROLE).visits_due == 2


def test_a_child_before_its_parent_is_refused(zh: Wording) -> None:
    with pytest.raises(ValueError, match="does not come before"):
        TreeModel(zh).set_nodes(list(reversed(organisation())))


def test_lines_are_spoken_as_sentences(zh: Wording) -> None:
    model = TreeModel(zh, with_demands=True)
    model.set_nodes(organisation())
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert model.index_of(SECOND).data(spoken) == "学府院党支部，待访 14 户，诉求 3 件，有超期"
    assert "不在你的数据范围内" in model.index_of(key(5)).data(spoken)
    person = model.index(0, 0, model.index_of(GROUP))
    assert person.data(spoken) == "演示·刘，微网格长"
    assert person.data(PERSON_ROLE).post == "微网格长"


def test_people_cannot_be_selected(zh: Wording) -> None:
    model = TreeModel(zh)
    model.set_nodes(organisation())
    person = model.index(0, 0, model.index_of(GROUP))
    assert not person.flags() & Qt.ItemFlag.ItemIsSelectable
    assert model.index_of(GROUP).flags() & Qt.ItemFlag.ItemIsSelectable


def test_the_roots_are_open_at_first(panel: TreePanel) -> None:
    assert shown(panel.view(ORG)) == ["锦澜社区党组织", "锦苑一期党支部", "学府院党支部", "观湖雅居党支部"]


def test_the_filter_keeps_ancestors_and_comes_back(panel: TreePanel) -> None:
    before = shown(panel.view(ORG))
    panel.filter.setText("1702")
    assert shown(panel.view(ORG))[:3] == ["锦澜社区党组织", "学府院党支部", "1702 微网格党小组"]
    panel.filter.clear()
    assert shown(panel.view(ORG)) == before


def test_enter_in_the_filter_chooses_the_first_node_found(panel: TreePanel, qtbot: QtBot) -> None:
    panel.filter.setText("学府院")
    with qtbot.waitSignal(panel.node_selected) as told:
        QTest.keyClick(panel.filter, Qt.Key.Key_Return)
    assert told.args == [ORG, SECOND]
    panel.filter.clear()
    with qtbot.assertNotEmitted(panel.node_selected):
        QTest.keyClick(panel.filter, Qt.Key.Key_Return)


def test_the_filter_finds_people(panel: TreePanel) -> None:
    panel.filter.setText("演示·陈")
    assert shown(panel.view(ORG)) == ["锦澜社区党组织", "学府院党支部", "1702 微网格党小组", "演示·陈"]


def test_a_filter_without_a_match_says_so(panel: TreePanel, qtbot: QtBot, zh: Wording) -> None:
    panel.filter.setText("没有这个")
    labels = [label for label in panel.findChildren(type(panel._no_match)) if label.isVisible()]
    assert zh("shell.tree.no_match") in [label.text() for label in labels]
    QTest.keyClick(panel.filter, Qt.Key.Key_Escape)
    assert panel.filter.text() == ""


def test_selecting_is_told_once_and_not_when_the_program_does_it(panel: TreePanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.node_selected):
        assert panel.select(ORG, FIRST)
    view = panel.view(ORG)
    with qtbot.waitSignal(panel.node_selected) as told:
        QTest.keyClick(view, Qt.Key.Key_Down)
    assert told.args == [ORG, SECOND]
    assert panel.selected() == (ORG, SECOND)


def test_the_keyboard_reaches_everything(panel: TreePanel, qtbot: QtBot) -> None:
    panel.activateWindow()
    panel.filter.setFocus()
    QTest.keyClick(panel.filter, Qt.Key.Key_Down)
    view = panel.view(ORG)
    assert view.hasFocus()
    panel.select(ORG, SECOND)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert "1702 微网格党小组" in shown(view)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert "1702 微网格党小组" not in shown(view)


def test_selection_and_open_nodes_survive_new_rows(panel: TreePanel) -> None:
    panel.select(ORG, GROUP)
    panel.show_tree(ORG, [*organisation(), TreeNode(key(9), ROOT, "grid_branch", "新支部")])
    assert panel.selected() == (ORG, GROUP)
    view = panel.view(ORG)
    assert view.currentIndex().data(NODE_ROLE).id == GROUP
    assert "1702 微网格党小组" in shown(view)


def test_what_is_remembered_is_restored(panel: TreePanel, theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    kept: list[TreeMemory] = []
    first = TreePanel(theme, zh, remember=kept.append)
    qtbot.addWidget(first)
    first.show_tree(ORG, organisation())
    first.show_tree(AREA, areas())
    first.view(ORG).expand(
        first.view(ORG).model().index(0, 0).model().index(1, 0, first.view(ORG).model().index(0, 0))
    )
    QTest.mouseClick(first.segment.button(AREA), Qt.MouseButton.LeftButton)
    assert kept[-1].kind == AREA
    assert SECOND in kept[-1].expanded[ORG]
    second = TreePanel(theme, zh, memory=kept[-1])
    qtbot.addWidget(second)
    second.show_tree(ORG, organisation())
    assert second.kind == AREA
    assert "1702 微网格党小组" in shown(second.view(ORG))


def test_changing_the_tree_tells_the_node_selected_there(panel: TreePanel, qtbot: QtBot) -> None:
    panel.select(AREA, key(52))
    panel.select(ORG, FIRST)
    with qtbot.waitSignal(panel.node_selected) as told:
        QTest.mouseClick(panel.segment.button(AREA), Qt.MouseButton.LeftButton)
    assert told.args == [AREA, key(52)]


@pytest.mark.parametrize("demands", [False, True])
@pytest.mark.parametrize("size", [100, 200])
def test_lines_are_painted_at_every_size(
    theme: Theme, zh: Wording, qtbot: QtBot, demands: bool, size: int
) -> None:
    theme.choose(appearance="contrast", text_size=size)
    panel = TreePanel(theme, zh, with_demands=demands)
    qtbot.addWidget(panel)
    panel.show_tree(ORG, organisation())
    panel.select(ORG, GROUP)
    panel.resize(400, 600)
    image = panel.grab().toImage()
    late = theme.colour("late").rgb()
    inks = {image.pixel(x, y) for x in range(400) for y in range(80, 500)}
    assert late in inks


def test_what_is_unsent_is_marked_and_said(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    panel = TreePanel(theme, zh)
    qtbot.addWidget(panel)
    panel.resize(256, 300)
    plain, waiting = (TreeNode(ROOT, None, "community", "锦澜社区", unsent=count) for count in (0, 3))
    panel.show_tree(ORG, [plain])
    panel.show()
    before = panel.grab().toImage()
    panel.show_tree(ORG, [waiting])
    assert panel.grab().toImage() != before
    spoken = panel.view(ORG).model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "锦澜社区，未发送 3 条"


def many(grids: int = 40, each: int = 40, *, due: int = 1) -> list[TreeNode]:
    """A wide tree: more nodes than a filter opens."""
    nodes = [TreeNode(ROOT, None, "community", "锦澜社区")]
    for grid in range(grids):
        above = key(1000 + grid)
        nodes.append(TreeNode(above, ROOT, "grid", f"网格 {grid}", visits_due=due))
        for micro in range(each):
            name = f"微网格 {grid}-{micro}"
            nodes.append(
                TreeNode(key(100_000 + grid * 100 + micro), above, "micro_grid", name, visits_due=due)
            )
    return nodes


def test_many_matches_are_opened_only_as_far_as_they_can_be_read(
    theme: Theme, zh: Wording, qtbot: QtBot
) -> None:
    panel = TreePanel(theme, zh)
    qtbot.addWidget(panel)
    panel.show_tree(ORG, many())
    panel.filter.setText("微网格")
    assert 41 <= len(shown(panel.view(ORG))) <= 200
    panel.filter.setText("微网格 39-39")
    assert shown(panel.view(ORG)) == ["锦澜社区", "网格 39", "微网格 39-39"]
    panel.show_tree(ORG, many(due=2))
    assert shown(panel.view(ORG)) == ["锦澜社区", "网格 39", "微网格 39-39"]
    panel.show_tree(ORG, many(grids=41))
    assert "微网格 39-39" in [n.name for n in panel.view(ORG).nodes()]
    panel.filter.clear()
    assert len(shown(panel.view(ORG))) == 42


def test_thousands_of_numbers_change_in_one_go(zh: Wording, qtbot: QtBot) -> None:
    model = TreeModel(zh)
    model.set_nodes(many())
    told: list[object] = []
    model.dataChanged.connect(lambda *_: told.append(1))
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.refreshed):
        model.set_nodes(many(due=7))
    assert len(told) == 1
    assert model.index_of(key(100_000)).data(NODE_ROLE).visits_due == 7


@pytest.mark.parametrize("with_demands", [False, True])
def test_thousands_of_doors_are_not_cut(theme: Theme, with_demands: bool) -> None:
    visits, demands = NumberColumns(theme, with_demands=with_demands).rects(
        QRect(0, 0, 256, 28), ("待访", "诉求")
    )
    assert visits is not None and visits.width() >= theme.metrics("body").horizontalAdvance("4584")
    assert (demands is not None) is with_demands


def test_large_text_with_long_heads_leaves_the_names_their_room(theme: Theme) -> None:
    theme.choose(text_size=200)
    columns, line = NumberColumns(theme, with_demands=True), QRect(0, 0, 362, 42)
    assert columns.rects(line, ("Due", "Demands"))[0] is None
    assert columns.rects(line, ("待访", "诉求"))[0] is not None
    theme.choose(text_size=100)
