"""Which fonts are asked for and how text styles become fonts. Fails clearly when Chinese text could not be drawn."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase

from gridworker.ui.tokens import TYPE_SCALE

FAMILIES = ("Microsoft YaHei UI", "PingFang SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei")


class ChineseFontMissing(RuntimeError):
    """No installed font can draw Simplified Chinese; a window would show empty boxes."""

    code = "font.chinese_missing"

    def __init__(self) -> None:
        super().__init__(
            "找不到中文字体，界面会显示成方框。请安装 fonts-wqy-microhei（或 Noto Sans CJK）后重新打开。 / "
            "No Chinese font found. Install fonts-wqy-microhei (or Noto Sans CJK) and start again."
        )


def require_chinese_font() -> None:
    """Raise ChineseFontMissing when the font database has no family for Simplified Chinese."""
    if not QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese):
        raise ChineseFontMissing


def make_font(style: str, scale: float) -> QFont:
    """The font of a text style (a key of TYPE_SCALE) at text size `scale` (1.0 = 100 %)."""
    wanted = TYPE_SCALE[style]
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPointSizeF(wanted.points * scale)
    font.setBold(wanted.bold)
    return font
