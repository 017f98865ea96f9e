"""The small widgets: buttons, segment, fields, strips, chips, focus ring."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gridworker.ui.application import QtWords
from gridworker.ui.focus_ring import FocusRing
from gridworker.ui.states import STATES, look
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.banner import Banner
from gridworker.ui.widgets.buttons import Button, IconButton
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.fields import FieldRow, NoteEdit
from gridworker.ui.widgets.guard_strip import GuardStrip, Noticed
from gridworker.ui.widgets.key_hints import KeyHint, KeyHintRow
from gridworker.ui.widgets.labels import Chip, FactLine
from gridworker.ui.widgets.painting import facts_width, paint_facts
from gridworker.ui.widgets.progress_panel import ProgressPanel
from gridworker.ui.widgets.search_field import SearchField
from gridworker.ui.widgets.segment import Segment
from gridworker.ui.widgets.undo_bar import STAYS_MS, UndoBar
from gridworker.wording import Wording

KINDS = ("primary", "plain", "quiet", "danger", "outcome")


def shown_in(window: QWidget, widget: QWidget) -> None:
    QHBoxLayout(window).addWidget(widget)
    window.show()
    window.activateWindow()
    QApplication.processEvents()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("appearance", ["light", "dark", "contrast"])
def test_a_button_has_room_for_its_words_and_key(
    theme: Theme, qtbot: QtBot, kind: str, appearance: str
) -> None:
    theme.choose(appearance=appearance)
    button = Button(theme, "保存", kind, icon="check", key="Ctrl+S")
    qtbot.addWidget(button)
    plain = Button(theme, "保存", kind)
    qtbot.addWidget(plain)
    assert button.sizeHint().width() > plain.sizeHint().width() + 40
    assert button.accessibleName() == "保存"
    assert button.accessibleDescription() == "Ctrl+S"
    button.setChecked(kind == "outcome")
    assert not button.grab().isNull()
    button.set_key_shown(False)
    assert button.sizeHint().width() < 40 + plain.sizeHint().width()


def test_a_disabled_button_says_why(theme: Theme, qtbot: QtBot) -> None:
    button = Button(theme, "保存选择")
    qtbot.addWidget(button)
    button.say_why_disabled("还差 1 处")
    assert not button.isEnabled()
    assert button.accessibleName() == "保存选择 · 还差 1 处"
    button.say_why_disabled(None)
    assert button.isEnabled()
    assert button.accessibleName() == "保存选择"


def test_hit_areas_are_large_enough(theme: Theme, qtbot: QtBot) -> None:
    small, icon = Button(theme, "好", small=True), IconButton(theme, "x", "关闭")
    for widget in (small, icon):
        qtbot.addWidget(widget)
        assert widget.sizeHint().height() >= 28 or widget.height() >= 28
    assert icon.toolTip() == "关闭"


def test_a_segment_chooses_one_by_mouse_and_keyboard(theme: Theme, qtbot: QtBot) -> None:
    window, segment = QWidget(), Segment(theme, [("a", "表格", "table-2"), ("b", "楼栋图")], name="看法")
    qtbot.addWidget(window)
    shown_in(window, segment)
    segment.choose("a")
    assert segment.current() == "a"
    with qtbot.waitSignal(segment.chosen) as told:
        QTest.mouseClick(segment.button("b"), Qt.MouseButton.LeftButton)
    assert told.args == ["b"]
    assert segment.current() == "b"
    segment.button("b").setFocus()
    with qtbot.waitSignal(segment.chosen) as told:
        QTest.keyClick(segment.button("b"), Qt.Key.Key_Left)
    assert told.args == ["a"]
    with pytest.raises(KeyError):
        segment.choose("c")


def test_tab_leads_to_the_choice_that_was_made(theme: Theme, qtbot: QtBot) -> None:
    window, segment = QWidget(), Segment(theme, [("a", "100"), ("b", "200 %")], name="文字大小")
    qtbot.addWidget(window)
    segment.choose("b")
    shown_in(window, segment)
    assert not segment.button("a").focusPolicy() & Qt.FocusPolicy.TabFocus
    assert segment.button("b").focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_field_has_its_label_and_its_error_read_out(theme: Theme, qtbot: QtBot) -> None:
    edit = QLineEdit()
    field = FieldRow(theme, "哪天", edit, note="今天")
    qtbot.addWidget(field)
    field.show()
    assert edit.accessibleName() == "哪天"
    assert field.label.buddy() is edit
    field.show_error("这一天已经过去了")
    assert edit.accessibleDescription() == "这一天已经过去了"
    height = field.sizeHint().height()
    field.show_error("")
    assert field.sizeHint().height() < height
    assert edit.height() == theme.height(SIZES.control)


@pytest.mark.parametrize("make", [QLineEdit, QComboBox, QSpinBox])
def test_controls_grow_with_the_text(theme: Theme, qtbot: QtBot, make: type[QWidget]) -> None:
    control = make()
    field = FieldRow(theme, "名称", control)
    qtbot.addWidget(field)
    theme.choose(text_size=200)
    assert control.height() == theme.height(SIZES.control)
    assert control.height() > 50


def test_tab_leaves_a_free_text(theme: Theme, qtbot: QtBot) -> None:
    assert NoteEdit(theme).tabChangesFocus()


def test_the_guard_offers_keep_only_where_allowed(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    strip = GuardStrip(theme, zh)
    qtbot.addWidget(strip)
    phone = Noticed("phone", "100-0000-0199", 4, 17)
    strip.show_noticed(phone)
    assert strip.isVisible()
    assert strip.keep_button.isVisible()
    with qtbot.waitSignal(strip.kept) as told:
        strip.keep_button.click()
    assert told.args == [phone]
    number = Noticed("identity", "99…", 0, 18, blocks=True)
    strip.show_noticed(number)
    assert not strip.keep_button.isVisible()
    with qtbot.waitSignal(strip.masked) as told:
        strip.mask_button.click()
    assert told.args == [number]
    strip.show_noticed(None)
    assert not strip.isVisible()


def test_undo_takes_back_once(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    bar, taken = UndoBar(theme, zh), []
    qtbot.addWidget(bar)
    bar.tell("已存本机", lambda: taken.append(1))
    assert bar.isVisible()
    assert bar._timer.isActive()
    assert bar._timer.interval() == STAYS_MS
    bar.undo_button.click()
    bar.undo_button.click()
    assert taken == [1]
    assert not bar.isVisible()


def test_an_error_stays_and_its_code_can_be_copied(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    bar = UndoBar(theme, zh)
    qtbot.addWidget(bar)
    bar.tell("已存本机")
    bar.tell_error("磁盘满了，腾出空间再试", "disk_full")
    assert not bar._timer.isActive()
    bar.copy_button.click()
    assert QApplication.clipboard().text().startswith("disk_full")
    bar.close_button.click()
    assert not bar.isVisible()


def test_a_long_error_takes_a_second_line(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    window, bar = QWidget(), UndoBar(theme, zh)
    qtbot.addWidget(window)
    window.resize(420, 200)
    bar.tell("已存本机")
    shown_in(window, bar)
    window.layout().setAlignment(bar, Qt.AlignmentFlag.AlignTop)  # type: ignore[union-attr]
    QApplication.processEvents()
    assert bar.height() == theme.height(SIZES.strip)
    bar.tell_error("磁盘满了，这一条还没有存下来，草稿还在。" * 3 + "腾出空间再试。", "disk_full")
    QApplication.processEvents()
    assert bar.height() > theme.height(SIZES.strip)
    assert bar.words.height() >= bar.words.heightForWidth(bar.words.width())


def test_a_banner_speaks_and_acts(theme: Theme, qtbot: QtBot) -> None:
    banner = Banner(theme, "due", "triangle-alert", "看哪些")
    qtbot.addWidget(banner)
    banner.say("完整度 37 / 40")
    assert banner.accessibleName() == "完整度 37 / 40"
    with qtbot.waitSignal(banner.acted):
        banner.button.click()


@pytest.mark.parametrize("appearance", ["light", "dark", "contrast"])
def test_chips_of_all_states_are_wide_enough(
    theme: Theme, zh: Wording, qtbot: QtBot, appearance: str
) -> None:
    theme.choose(appearance=appearance)
    for states in STATES.values():
        for state in states.values():
            if state.colour == "text":
                continue
            word = zh(state.wording_key, day="10-07", days=3, hours=23, times=2)
            chip = Chip(theme, state, word)
            qtbot.addWidget(chip)
            assert chip.accessibleName() == word
            room = chip.sizeHint().width() - theme.metrics("caption").horizontalAdvance(word)
            assert room >= theme.tokens.icon(SIZES.icon_small)
            assert not chip.grab().isNull()


def test_the_short_form_keeps_the_whole_sentence(theme: Theme, qtbot: QtBot) -> None:
    chip = Chip(theme)
    qtbot.addWidget(chip)
    chip.show_state(look("plan", "late"), "超 6 天", "超过走访间隔 6 天")
    assert chip.accessibleName() == "超过走访间隔 6 天"
    assert chip.toolTip() == "超过走访间隔 6 天"


def test_facts_are_elided_but_spoken_whole(theme: Theme, qtbot: QtBot) -> None:
    facts = FactLine(theme, ["自住", "", "4 人"])
    qtbot.addWidget(facts)
    assert facts.accessibleName() == "自住 · 4 人"
    facts.resize(30, 20)
    assert not facts.grab().isNull()


def test_keys_that_do_not_fit_are_left_out_whole(theme: Theme, qtbot: QtBot) -> None:
    row = KeyHintRow(theme, [KeyHint("F1", "帮助"), KeyHint("Ctrl+S", "保存")])
    qtbot.addWidget(row)
    row.resize(row.sizeHint().width() // 2 + 10, 28)
    image = row.grab().toImage()
    right = [image.pixelColor(image.width() - 2, y).name() for y in range(image.height())]
    assert len(set(right)) == 1
    assert "保存" in row.accessibleName()


def test_progress_in_words_and_percent(theme: Theme, zh: Wording, qtbot: QtBot) -> None:
    panel = ProgressPanel(theme, zh)
    qtbot.addWidget(panel)
    panel.show_progress("正在写入", 1, 3)
    assert panel.amount.text() == "33 %"
    assert panel.bar.accessibleName() == "正在写入"
    with qtbot.waitSignal(panel.cancelled):
        panel.cancel_button.click()
    assert not panel.cancel_button.isEnabled()
    panel.finish()
    assert not panel.isVisible()
    assert panel.cancel_button.isEnabled()


def test_an_empty_state_says_what_to_do(theme: Theme, qtbot: QtBot) -> None:
    button = Button(theme, "排下周", "primary")
    empty = EmptyState(theme, "footprints", "这里排本周的走访。", button)
    qtbot.addWidget(empty)
    empty.resize(400, 300)
    empty.show()
    assert button.isVisible()
    assert empty.sentence.text() == "这里排本周的走访。"


def test_a_search_field_can_be_emptied(theme: Theme, qtbot: QtBot) -> None:
    field = SearchField(theme, "筛选", clear="清空", key="Ctrl+K")
    qtbot.addWidget(field)
    field.show()
    field.setText("abc")
    assert field.clear_button.isVisible()
    field.clear_button.click()
    assert field.text() == ""


def test_a_card_draws_its_edge_over_what_is_inside(theme: Theme, qtbot: QtBot) -> None:
    card = Card(theme, flush=True)
    qtbot.addWidget(card)
    card.add_header(CardHeader(theme, "今天走访", ["8 户"], icon="footprints"))
    filling = QWidget()
    filling.setAutoFillBackground(True)
    card.body.addWidget(filling, 1)
    card.add_footer(None, Button(theme, "好"))
    card.resize(200, 160)
    image = card.grab().toImage()
    assert image.pixelColor(100, 0).name() == theme.colour("line").name()
    assert image.pixelColor(0, 80).name() == theme.colour("line").name()


def ring_of(window: QWidget) -> FocusRing | None:
    rings = [ring for ring in window.findChildren(FocusRing) if ring.isVisible()]
    return rings[0] if rings else None


def test_the_focus_ring_stands_outside_the_control(theme: Theme, qtbot: QtBot) -> None:
    window, button = QWidget(), Button(theme, "好")
    qtbot.addWidget(window)
    window.resize(200, 100)
    shown_in(window, button)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    ring = ring_of(window)
    assert ring is not None
    assert ring.geometry() == button.geometry().adjusted(-3, -3, 3, 3)
    window.resize(300, 120)
    QApplication.processEvents()
    assert ring.geometry() == button.geometry().adjusted(-3, -3, 3, 3)
    shot = QPixmap(window.size())
    window.render(shot)
    left, middle = button.geometry().left(), button.geometry().center().y()
    assert shot.toImage().pixelColor(left - 2, middle).name() == theme.colour("accent").name()
    button.hide()
    assert ring_of(window) is None


def test_a_text_field_has_its_ring_too(theme: Theme, qtbot: QtBot) -> None:
    window, edit = QWidget(), QPlainTextEdit()
    qtbot.addWidget(window)
    shown_in(window, edit)
    edit.setFocus(Qt.FocusReason.MouseFocusReason)
    assert ring_of(window) is not None
    edit.clearFocus()
    assert ring_of(window) is None


def test_the_ring_survives_a_control_that_goes_while_it_has_the_focus(
    theme: Theme, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    lines = QVBoxLayout(window)
    going, staying = QLineEdit(), QLineEdit()
    lines.addWidget(going)
    lines.addWidget(staying)
    window.show()
    window.activateWindow()
    going.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: ring_of(window) is not None)
    shiboken6.delete(going)
    staying.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: ring_of(window) is not None)
    assert "RuntimeError" not in capsys.readouterr().err


def test_a_file_dialog_speaks_chinese_throughout(theme: Theme, qtbot: QtBot) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    words = QtWords(app)
    words.use("zh_CN")
    try:
        dialog = QFileDialog()
        qtbot.addWidget(dialog)
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.show()
        said = [label.text() for label in dialog.findChildren(QLabel)]
        said += [button.text() for button in dialog.findChildren(QPushButton)]
        assert len(said) > 3
        assert [text for text in said if not any("\u4e00" <= letter <= "\u9fff" for letter in text)] == []
    finally:
        words.use("en")


def test_a_fact_with_a_figure_is_left_out_rather_than_cut(theme: Theme) -> None:
    facts, metrics = ("2 户", "已走 0", "本周 0 / 3"), theme.metrics()
    whole = facts_width(metrics, facts)
    picture = QPixmap(whole + 20, 40)
    for width, shown in ((whole, 3), (whole - 6, 2), (facts_width(metrics, facts[:2]) - 2, 1)):
        painter = QPainter(picture)
        taken = paint_facts(painter, QRect(0, 0, width, 40), facts, theme.font(), theme.colour("text"))
        painter.end()
        assert taken == facts_width(metrics, facts[:shown]), width
