"""Made-up charts for the tests of exports."""

from __future__ import annotations

from gridworker.exports.document import Chart, ChartKind, Column, ColumnKind, Document, Ratio, Series, Table

EMPTY = "本期没有数据"


def counted(
    kind: ChartKind, labels: tuple[str, ...], *named: tuple[str, tuple[int | None, ...]], caption: str = "图"
) -> Chart:
    """A chart of counts: one column for each pair of name and values."""
    columns = (Column("项目"), *(Column(name, ColumnKind.NUMBER) for name, _ in named))
    rows = tuple((label, *(values[place] for _, values in named)) for place, label in enumerate(labels))
    series = tuple(Series(name, place + 1) for place, (name, _) in enumerate(named))
    return Chart("chart", caption, kind, series, Table(caption, columns, rows), EMPTY)


WEEKS = counted(
    ChartKind.LINE,
    ("40", "41", "42", "43", "44", "45", "46", "47"),
    ("计划", (176, 176, 178, 176, 180, 180, 176, 180)),
    ("实际", (168, 171, 164, None, 178, 173, 169, 172)),
    caption="图1　近八周走访",
)
CATEGORIES = counted(
    ChartKind.BAR,
    ("停车", "物业服务", "设施维修", "环境卫生", "噪音油烟", "邻里纠纷", "一老一小", "安全隐患"),
    ("新增", (3, 2, 2, 2, 1, 0, None, 1)),
    caption="图2　诉求分类",
)
LEVELS = counted(
    ChartKind.STACKED,
    ("第46周", "第47周"),
    ("微网格", (2, 2)),
    ("网格/站", (4, 3)),
    ("社区", (3, 5)),
    ("街道", (1, 0)),
    caption="图3　在哪一级办结",
)
HEAT = Chart(
    "heat",
    "图4　楼栋走访覆盖",
    ChartKind.HEAT,
    (Series("1单元", 1), Series("2单元", 2), Series("3单元", 3)),
    Table(
        "图4　楼栋走访覆盖",
        (Column("楼栋"), *(Column(f"{unit}单元", ColumnKind.PERCENT) for unit in (1, 2, 3))),
        (
            ("锦苑一期1栋", Ratio(3, 12), Ratio(12, 12), Ratio(0, 0)),
            ("锦苑一期2栋", Ratio(7, 12), Ratio(0, 11), None),
        ),
    ),
    EMPTY,
)
ALL = (WEEKS, CATEGORIES, LEVELS, HEAT)


def paper(*charts: Chart, language: str = "zh_CN", marks: tuple[str, ...] = ("演示数据",)) -> Document:
    return Document("锦澜社区周报", "第47周", "周报", charts, language, "2026-11-20 09:00", marks)
