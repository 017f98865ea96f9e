"""Makes the ledgers of these tests with other programs: openpyxl and XlsxWriter write the workbooks, LibreOffice turns
them into .xls and .ods and sets the password. Run by hand; the files are committed.

    python tests/unit/imports/make_files.py"""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import subprocess
import tempfile
from pathlib import Path

import xlsxwriter
from openpyxl import Workbook
from openpyxl.styles import Border, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).parent / "files"
#: Well-formed and nobody's: the example numbers of GB 11643.
IDENTITY = "11010519491231002X"
OTHER_IDENTITY = "440524188001010014"


def ledger(book: Workbook) -> None:
    """A title, a note, a header of two rows with merged groups and line breaks, merged households, a subtotal."""
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = "住户台账"
    page["A1"] = "学府院住户和居民信息登记表"
    page.merge_cells("A1:K1")
    page["A2"] = "填报单位：第一网格　　填报时间：2026.3.5"
    page.merge_cells("A2:K2")
    above = [
        "序号",
        "房屋地址",
        None,
        None,
        "居住\n类型",
        "姓 名",
        "与户主\n关系",
        "证件信息",
        None,
        "联系\n电话",
        "备注（选填）",
    ]
    below = [None, "楼栋", "单元", "房号", None, None, None, "身份证\n号码", "民族", None, None]
    page.append(above)
    page.append(below)
    for merged in ("A3:A4", "B3:D3", "E3:E4", "F3:F4", "G3:G4", "H3:I3", "J3:J4", "K3:K4"):
        page.merge_cells(merged)
    page.append(["示例", "3栋", "2单元", "502", "自住", "张三", "户主", "略", "略", "13800000000", None])
    page.append([1, "1栋", "1单元", 901, "自住", "王　一", "户主", IDENTITY, "汉", "13800138001", "周末在家"])
    page.append([2, None, None, None, None, "李二", "配偶", OTHER_IDENTITY, "汉", "+86 138 0013 8002", None])
    page.append([3, None, None, None, None, "王小三", "长子", None, None, None, None])
    for column in "BCDE":
        page.merge_cells(f"{column}6:{column}8")
    page.append([4, "１栋", "２单元", "９０２室", "租住", "赵四", "户主", IDENTITY, "汉", 13800138004, None])
    page.append([None, "小计", None, None, None, "=COUNTA(F6:F9)", None, None, None, None, None])
    page.append([5, "1栋", "3单元", 903.0, "空置", None, None, None, None, None, None])
    page.append([6, "9栋", "1单元", 101, "自住", "钱五", "户主", None, None, None, None])
    page.append([7, None, None, None, None, None, None, None, None, None, None])
    page.append(["合计", None, None, None, None, "=COUNTA(F6:F13)", None, None, None, None, None])
    page.append(["说明：居住类型分为自住、租住、空置。", *[None] * 10])
    page.row_dimensions[9].hidden = True
    for row in range(16, 60):  # an empty tail that was coloured
        page.cell(row, 1).fill = PatternFill("solid", "FFFF00")
    words = book.create_sheet("选项")
    words.append(["自住", "租住"])
    words.sheet_state = "hidden"
    guide = book.create_sheet("填表说明")
    guide.append(["请按实际情况填写。"])


def demands(book: Workbook) -> None:
    """A ledger of demands as communities keep it: title, header, closed and open lines, a masked phone, a report of an
    offence, an identity number in the words and one in a cell of its own; and a sheet of orders of the hotline."""
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = "民情台账"
    page["A1"] = "学府院民情台账（2026年11月）"
    page.merge_cells("A1:P1")
    page.append(
        "序号 编号 登记时间 来源 网格/微网格 小区楼栋 反映人 联系电话 诉求类型 类别 诉求内容 责任人 办理时限 办理情况 "
        "办结时间 状态".split()
    )
    day = dt.datetime(2026, 11, 18, 14, 30)
    page.append([1, "M-01", day, "走访", "1601", "学府院1栋1单元", "王女士", "138****1234", "求助", "停车",
                 "电动车坡道太陡。老人推不上去", "李某", "2026-11-25", "已联系物业", None, "办理中"])  # fmt: skip
    page.append([2, "M-02", "2026.11.17", "12345", "1601", "学府院1栋1单元901", "匿名", None, "投诉", "噪音",
                 f"楼上装修吵，身份证{IDENTITY}", None, None, None, "2026-11-19", "已办结"])  # fmt: skip
    page.append([3, "M-03", "2026年11月17日 9时5分", "值班", "9999", "滨河路口", "赵四", "13800138004", "建议", "绿化",
                 f"路口加一盏灯，我的号码是{IDENTITY}", None, None, None, None, "办理中"])  # fmt: skip
    page.append(
        [
            4,
            "M-03",
            "2026-11-17",
            "值班",
            None,
            None,
            "赵四",
            None,
            "建议",
            "其他",
            "路口加一盏灯",
            *[None] * 5,
        ]
    )
    page.append(
        [5, "M-04", "2026-11-17", "电话", None, None, "钱五", None, "举报", "其他", "邻居的事", *[None] * 5]
    )
    page.append([6, "M-05", None, "电话", None, None, "钱五", None, "求助", "其他", "灯坏了", *[None] * 5])
    page.append([7, "M-06", "2026-11-18", "走访", None, "学府院1栋1单元", IDENTITY, None, "求助", "其他", "灯坏了",
                 *[None] * 5])  # fmt: skip
    page.append([8, "M-07", "2027-11-18", "走访", None, "学府院1栋1单元", None, None, "求助", "其他", "灯坏了",
                 *[None] * 5])  # fmt: skip
    page.append([9, "M-08", "2026-11-18", "走访", None, "学府院1栋1单元", None, None, "求助", "其他", "灯坏了", None,
                 "2026-11-01", None, None, None])  # fmt: skip
    page.append(["合计", *[None] * 9, "=COUNTA(K3:K11)", *[None] * 5])
    orders = book.create_sheet("12345工单")
    orders.append("工单编号 来电时间 诉求人 联系电话 诉求类型 诉求内容 办理时限 事发地址 处理结果".split())
    orders.append(["DH20261118001", day, "孙女士", 13900139009, "咨询", "养老服务怎么申请", day + dt.timedelta(days=5),
                   "滨河路22号", None])  # fmt: skip


def forms(book: Workbook) -> None:
    """One column with every way of writing an address; codes, dates and phones in every form; formulas."""
    page = book.active
    assert isinstance(page, Worksheet)
    page.append(["户编号", "现住址", "户主姓名", "出生日期", "手机号码", "性别", "家庭人口数"])
    born = (dt.date(1985, 3, 5), "1985.3.5", "1985年3月5日", "1985-03-05", 31111, "19850305", "1985")
    doors = (
        "1栋1单元911",
        "1-2-911",
        "1幢3门911室",
        "1#4-911",
        "２栋１单元９１１",
        "学府院2栋2单元911",
        "二栋三单元911",
    )
    phones = (
        13800138011.0,
        "138-0013-8012",
        "+86 13800138013",
        "１３８００１３８０１４",
        "086 13800138015",
        "无",
        "13800138017/13800138018",
    )
    for place, (door, day, number) in enumerate(zip(doors, born, phones, strict=True)):
        page.append(
            [f'="H"&{place + 1}', door, f"孙{place + 1}", day, number, "男" if place % 2 else "女", 3.0]
        )
    page.append(["H20", "幸福花园3栋2单元502", "周一", None, None, None, None])
    page.append(["H21", "学府院", "周二", None, None, None, None])
    page.append(["H22", "2栋4单元911", "周三", "三月", None, None, None])
    page.append(["H23", "2栋4单元912", "周四", None, "1380013", None, None])
    page.append(["H24", "2栋4单元913", "周五", None, None, None, "=1/0"])
    page.append(["H25", "", "周六", None, None, None, None])


def codes(book: Workbook) -> None:
    """Codes, rooms and counts that a spreadsheet took for numbers: with a part behind the point, as long ones, as text;
    a long empty tail with borders."""
    page = book.active
    assert isinstance(page, Worksheet)
    page.append(["住户编号", "楼栋", "单元", "房号", "户主", "人口数"])
    page.append([1001.0, 1.0, 1.0, 921.0, "吴一", 2.0])
    page.append(["1002", 1, 2, "922", "吴二", "3"])
    page.append([990101001001.0, "2", 1.0, 923, "吴三", 4])
    page.append([1004.5, 2.0, 2.0, 924.0, "吴四", 1.0])
    page.append([1005.0, 2.0, 2.0, 925.0, "吴五", 1.0])
    for row in range(7, 3000):
        page.cell(row, 2).border = Border(bottom=Side("thin"))


def numbers(book: Workbook) -> None:
    """Identity numbers where nobody announced them: in remarks, in a column called otherwise, in a name."""
    page = book.active
    assert isinstance(page, Worksheet)
    page.append(["地址", "姓名", "档案编号", "备注", "政治面貌", "统一社会信用代码"])
    page.append(["1-1-921", "吴一", IDENTITY, f"身份证 {IDENTITY}，晚上在家", "党员", "91310000MA1FL0XX0X"])
    page.append(["1-1-922", "吴二", OTHER_IDENTITY, "号码１１０１０５１９４９１２３１００２Ｘ", "群众", None])
    page.append(["1-1-923", f"吴三{IDENTITY}", IDENTITY, None, None, None])
    page.append(["1-1-924", "吴四", None, 440524188001010014, None, None])


def shops(book: Workbook) -> None:
    """A list of shops: with and without a stairwell, a credit code, hours, states."""
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = "商铺"
    page.append(["临街商铺登记表"])
    page.append("序号 店铺名称 经营范围 经营者 地址 联系电话 统一社会信用代码 营业时间 经营状态 备注".split())
    credit = "91310000MA1FL0XX0X"
    page.append(
        [1, "小面馆", "餐饮", "郑一", "1栋1单元101号门面", "13800138031", credit, "6:00-14:00", "营业", None]
    )
    page.append([2, "理发店", "理发", "郑二", "学府路3号", 13800138032, None, None, "停业", None])
    page.append(
        [3, "便利店", "零售", "郑三", "学府院2栋2单元底商", None, None, None, None, f"身份证{IDENTITY}"]
    )
    page.append([4, "便利店", "零售", "郑三", "2-2-101", None, None, None, None, None])
    page.append([5, "五金店", "五金", "郑五", "2栋", None, None, None, "装修", None])
    page.append([None, "合计", None, None, None, 5, None, None, None, None])


def mixed(book: Workbook) -> None:
    """Households, residents and shops of one building in one sheet, more households in another, a chart of words."""
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = "1栋"
    page.append("楼栋 单元 房号 商户名称 户主姓名 家庭成员 与户主关系 联系电话 经营类别".split())
    page.append(["1栋", "1单元", "931", None, "冯一", "冯一", "户主", "13800138041", None])
    page.append(["1栋", "1单元", "931", None, "冯一", "冯二", "配偶", None, None])
    page.append(["1栋", "2单元", "101", "花店", "冯三", None, None, "13800138043", "鲜花"])
    page.append(["1栋", "2单元", "932", None, "冯四", "冯四", "户主", None, None])
    more = book.create_sheet("2栋")
    more.append(["2栋住户情况"])
    more.append(["门牌号", "姓名", "人口数"])
    more.append(["2栋1单元931", "冯五", "3人"])
    book.create_sheet("说明").append(["联系人：社区"])


def three_headers() -> None:
    """By XlsxWriter: a header of three rows with groups inside groups, rows hidden by a filter, day numbers, formulas
    with the results that a spreadsheet left."""
    with xlsxwriter.Workbook(HERE / "three-headers.xlsx") as book:
        page = book.add_worksheet("居民信息采集表")
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy/m/d"})
        page.merge_range("A1:H1", "２０２６年居民信息采集表", bold)
        page.merge_range("A2:A4", "序\n号", bold)
        page.merge_range("B2:D2", "房 屋 信 息", bold)
        page.merge_range("B3:C3", "位置", bold)
        page.write_row("B4", ["楼栋号*", "单元号*"])
        page.merge_range("D3:D4", "房间号\n（必填）", bold)
        page.merge_range("E2:H2", "人 员 信 息", bold)
        page.merge_range("E3:F3", "基本情况", bold)
        page.write_row("E4", ["姓名", "出生日期"])
        page.merge_range("G3:H3", "联系", bold)
        page.write_row("G4", ["手机号码", "人数"])
        people = (("陈一", 31111), ("陈二", "1985.3.5"), ("陈三", None), ("陈四", "不详"))
        for place, (name, born) in enumerate(people):
            row = 4 + place
            page.write_row(row, 0, [place + 1, "1", "1", 941 + place, name])
            if isinstance(born, int):
                page.write_number(row, 5, born, day)
            elif born:
                page.write_string(row, 5, born)
            page.write_string(row, 6, f"138001380{51 + place}")
            page.write_formula(row, 7, "=1+1", None, 2)
        page.write_row(8, 0, ["", "合计", "", "", 4])
        page.autofilter("A4:H8")
        page.filter_column("E", "x != 陈二")
        page.set_row(5, None, None, {"hidden": True})


def text_tables() -> None:
    """By Python's csv: a table in GB18030 with a title and a remark above it, tabs, and a name that lies."""
    rows = [
        ["学府院住户台账"],
        ["填表说明：带*为必填"],
        [],
        ["门牌*", "户主", "联系电话", "居住性质"],
        ["1-1-951", "褚一", "0571-88880001", "自住"],
        ["1-2-951", "褚二", "（+86）138-0013-8061", "出租"],
        ["", "褚三", "", ""],
        ["小计", "3", "", ""],
    ]
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\r\n").writerows(rows)
    (HERE / "text-called.xls").write_bytes(text.getvalue().encode("gb18030"))
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    (HERE / "title-gb18030.csv").write_bytes(text.getvalue().encode("gb18030"))


def book_to(name: str, fill: object) -> Path:
    book = Workbook()
    fill(book)  # type: ignore[operator]
    path = HERE / name
    book.save(path)
    return path


def office(path: Path, *arguments: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        command = ["soffice", f"-env:UserInstallation=file://{home}", "--headless", *arguments, str(path)]
        subprocess.run(command, check=True, capture_output=True, cwd=HERE)


MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Lock" script:language="StarBasic">
Sub Put(folder, target, kind)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  Dim how(1) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = &quot;Hidden&quot; : hidden(0).Value = True
  book = StarDesktop.loadComponentFromURL(folder &amp; &quot;/ledger.ods&quot;, &quot;_blank&quot;, 0, hidden())
  how(0).Name = &quot;FilterName&quot; : how(0).Value = kind
  how(1).Name = &quot;Password&quot; : how(1).Value = &quot;secret&quot;
  If Right(target, 5) = &quot;.xlsx&quot; Then
    Dim data(1) As New com.sun.star.beans.NamedValue
    data(0).Name = &quot;CryptoType&quot; : data(0).Value = &quot;StrongEncryptionDataSpace&quot;
    data(1).Name = &quot;OOXPassword&quot; : data(1).Value = &quot;secret&quot;
    how(1).Name = &quot;EncryptionData&quot; : how(1).Value = data()
  End If
  book.storeToURL(folder &amp; &quot;/&quot; &amp; target, how())
  book.close(True)
End Sub
Sub All
  Put &quot;FOLDER&quot;, &quot;locked.xlsx&quot;, &quot;Calc MS Excel 2007 XML&quot;
  Put &quot;FOLDER&quot;, &quot;locked.xls&quot;, &quot;MS Excel 97&quot;
  Put &quot;FOLDER&quot;, &quot;locked.ods&quot;, &quot;calc8&quot;
End Sub
</script:module>
"""
LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false"><library:element library:name="Lock"/></library:library>
"""


def lock() -> None:
    """The ledger with a password, in three formats, by a macro in a passing LibreOffice profile."""
    with tempfile.TemporaryDirectory() as home:
        command = ["soffice", f"-env:UserInstallation=file://{home}", "--headless"]
        subprocess.run([*command, "--terminate_after_init"], check=True, capture_output=True)
        basic = Path(home) / "user" / "basic" / "Standard"
        basic.mkdir(parents=True, exist_ok=True)
        (basic / "Lock.xba").write_text(MACRO.replace("FOLDER", HERE.as_uri()), "utf-8")
        (basic / "script.xlb").write_text(LIBRARY, "utf-8")
        subprocess.run([*command, "macro:///Standard.Lock.All"], check=True, capture_output=True, timeout=120)


def main() -> None:
    if shutil.which("soffice") is None:
        raise SystemExit("LibreOffice (soffice) is needed to make these files")
    HERE.mkdir(exist_ok=True)
    for name, fill in (
        ("ledger", ledger),
        ("forms", forms),
        ("codes", codes),
        ("demands", demands),
        ("numbers", numbers),
        ("shops", shops),
        ("mixed", mixed),
    ):
        path = book_to(f"{name}.xlsx", fill)
        for kind in ("xls", "ods"):
            office(path, "--convert-to", kind)
    three_headers()
    office(HERE / "three-headers.xlsx", "--convert-to", "ods")
    office(HERE / "three-headers.ods", "--convert-to", "xls")
    text_tables()
    # Formulas need their results, which only a program that computes them writes.
    for name in ("ledger", "forms"):
        again = Path(tempfile.mkdtemp())
        office(HERE / f"{name}.ods", "--convert-to", "xlsx", "--outdir", str(again))
        shutil.move(again / f"{name}.xlsx", HERE / f"{name}.xlsx")
    office(
        HERE / "numbers.xlsx",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false",
    )
    text = (HERE / "numbers.csv").read_text("utf-8")
    (HERE / "numbers-bom.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    (HERE / "numbers-gb18030.csv").write_bytes(text.encode("gb18030"))
    office(HERE / "shops.xlsx", "--convert-to", "html")
    shutil.move(HERE / "shops.html", HERE / "web-page.xls")
    whole = (HERE / "ledger.xlsx").read_bytes()
    (HERE / "truncated.xlsx").write_bytes(whole[: len(whole) // 2])
    (HERE / "truncated.xls").write_bytes((HERE / "ledger.xls").read_bytes()[:3000])
    (HERE / "nothing.xlsx").write_bytes(b"")
    book_to("blank.xlsx", lambda book: None)
    lock()


if __name__ == "__main__":
    main()
