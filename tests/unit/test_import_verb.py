"""`gridworker import` as it is called: dry run, applying, refusals, mapping, template."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gridworker.cli import main
from gridworker.imports.choices import MEMORY, SheetChoice, remembering
from gridworker.imports.layout import find_layout
from gridworker.imports.sheets import read_book
from gridworker.store.queries.history import own_acts
from gridworker.wording import LANGUAGES, Wording
from tests.community import PASSPHRASE, counts, founded_store, open_store
from tests.neighbours import community, home, person
from tests.unit.imports.test_undo import standing

FILES = Path(__file__).parent / "imports" / "files"


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verb")
    founded_store(folder / "profile").close()
    (folder / "passphrase").write_text(PASSPHRASE, "utf-8")
    return folder


def call(profile: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict]:
    code = main(["--profile", str(profile / "profile"), "--passphrase-file", str(profile / "passphrase"),
                 "--json", "--language", "zh_CN", "import", *arguments])  # fmt: skip
    return code, json.loads(capsys.readouterr().out)


def test_a_dry_run_changes_nothing_and_says_what_applying_does(
    profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger, ground = str(FILES / "ledger.xlsx"), ("--basis", "consent", "--notice", "2026-01")
    store = open_store(profile / "profile")
    before = counts(store)
    store.close()
    code, dry = call(profile, capsys, ledger, "--dry-run", *ground)
    assert (code, dry["applied"], dry["refused"]) == (0, False, None)
    store = open_store(profile / "profile")
    assert counts(store) == before
    store.close()
    code, done = call(profile, capsys, ledger, *ground)
    assert (code, done["applied"]) == (0, True)
    assert {k: done[k] for k in ("rows", "columns", "counts")} == {
        k: dry[k] for k in ("rows", "columns", "counts")
    }
    store = open_store(profile / "profile")
    after = counts(store)
    store.close()
    for entity in ("household", "resident", "basis"):
        assert after[entity] - before[entity] == done["counts"][entity]["created"]
    _, again = call(profile, capsys, ledger, *ground)
    assert again["applied"] is False and again["counts"]["rows"]["unchanged"] == 5


def test_an_import_is_listed_and_taken_back(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = open_store(profile / "profile")
    before = standing(store)
    store.close()
    _, done = call(profile, capsys, str(FILES / "mixed.ods"), "--basis", "consent", "--notice", "2026-01")
    assert done["counts"]["shop"]["created"] == 1
    _, listed = call(profile, capsys, "--past")
    newest = listed["imports"][0]
    assert (newest["batch"], newest["file"], newest["undone"]) == (done["batch"], "mixed.ods", False)
    code, undone = call(profile, capsys, "--undo", done["batch"])
    assert (code, undone["restored"], undone["kept"]) == (0, 0, 0)
    assert undone["removed"] == newest["created"]
    assert call(profile, capsys, "--past")[1]["imports"][0]["undone"] is True
    store = open_store(profile / "profile")
    assert standing(store) == before
    told = next(act for act in own_acts(store) if act.act == "ledger_imported")
    assert told.undone  # its line in recent acts offers nothing any more
    store.close()
    assert call(profile, capsys, "--undo", "nothing")[1]["error"]["code"] == "not_found"
    given = ["--profile", str(profile / "profile"), "--passphrase-file", str(profile / "passphrase")]
    assert main([*given, "--language", "zh_CN", "import", "--past"]) == 0
    assert "已撤销" in capsys.readouterr().err


def test_a_refused_file_has_one_code_and_one_sentence(
    profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = call(profile, capsys, str(FILES / "locked.xlsx"))
    assert code == 1 and said["refused"]["code"] == "file_encrypted" and "密码" in said["refused"]["sentence"]


def test_wrong_calls_are_said(profile: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    ledger = str(FILES / "ledger.xlsx")
    for text in ("[1]", "{", '{"a": {"A": "salary"}}', '{"a": {"1": "room"}}'):
        wrong.write_text(text, "utf-8")
        assert call(profile, capsys, ledger, "--mapping", str(wrong))[1]["error"]["field"] == "mapping"
    assert call(profile, capsys, ledger, "--basis", "consent")[1]["error"]["field"] == "notice_version"
    assert call(profile, capsys)[1]["error"]["field"] == "file"
    assert call(profile, capsys, str(tmp_path / "none.xlsx"))[1]["error"]["code"] == "not_found"


def test_a_mapping_is_read(profile: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"Sheet": {"B": null}}', "utf-8-sig")
    _, said = call(profile, capsys, str(FILES / "forms.xlsx"), "--dry-run", "--mapping", str(mapping))
    assert next(c for c in said["columns"] if c["letter"] == "B")["reason"] == "left_out"


def test_a_layout_corrected_in_the_window_is_read_the_same_way(
    profile: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, before = call(profile, capsys, str(FILES / "forms.xlsx"), "--dry-run")
    book = read_book("forms.xlsx", (FILES / "forms.xlsx").read_bytes())
    found = {sheet.name: find_layout(sheet) for sheet in book.sheets}
    kept = remembering(None, found, {"Sheet": SheetChoice({"B": None})})
    store = open_store(profile / "profile")
    store.set_state({MEMORY: kept})
    store.close()
    _, after = call(profile, capsys, str(FILES / "forms.xlsx"), "--dry-run")
    left_out = [column["letter"] for column in after["columns"] if column["reason"] == "left_out"]
    assert left_out == ["B"] and before["columns"] != after["columns"]
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"Sheet": {}}', "utf-8")
    _, named = call(profile, capsys, str(FILES / "forms.xlsx"), "--dry-run", "--mapping", str(mapping))
    assert named["columns"] == before["columns"]  # a sheet that is named is not looked up


def test_a_person_at_a_terminal_reads_sentences(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = [
        "--profile",
        str(profile / "profile"),
        "--passphrase-file",
        str(profile / "passphrase"),
        "import",
    ]
    assert main([*given, "--language", "zh_CN", str(FILES / "numbers.xlsx"), "--dry-run"]) == 0
    shown = capsys.readouterr()
    assert "里面有身份证号" in shown.err and "没有读取" in shown.err and "created" in shown.out
    assert main([*given, "--language", "en", str(FILES / "web-page.xls"), "--dry-run"]) == 1
    assert "web page" in capsys.readouterr().err


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_can_be_imported(
    language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "blank.xlsx"
    assert main(["--language", language, "--json", "import", "--template", str(target)]) == 0
    book = read_book("blank.xlsx", target.read_bytes())
    for sheet in book.sheets[:2]:
        layout = find_layout(sheet)
        assert layout.header == (1,) and [c.header for c in layout.columns if not c.field] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_format_has_its_words(language: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / "import-format.md").read_text("utf-8")
    wording = Wording.load(language)
    rows = text.split("## Rows")[1].split("## Columns")[0]
    codes = {part for part in rows.replace("|", " ").split() if part.startswith("`") and part.endswith("`")}
    known = {
        key.split(".")[-1] for key in wording.texts if key.startswith(("import.reason.", "import.note."))
    }
    shape = set(
        "sheet row verdict reason column record notes new update differs unchanged duplicate? refused skipped".split()
    )
    assert {code.strip("`") for code in codes} - shape - known == set()


# -- from another profile ------------------------------------------------------------------------------------------


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """Two profiles of one computer that know nothing of each other, and the passphrase of both."""
    there = community(tmp_path / "old", "laptop")
    person(there, home(there, "laptop", 1, "101", note="没有狗"), "王一", phone="13800138001")
    person(there, home(there, "laptop", 3, "301"), "李二")
    there.close()
    here = community(tmp_path / "profile", "server", stairs=2)
    home(here, "server", 1, "101", note="有狗")
    here.close()
    (tmp_path / "passphrase").write_text(PASSPHRASE, "utf-8")
    return tmp_path


def from_old(beside: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict]:
    old = ("--from-profile", str(beside / "old"), "--from-passphrase-file", str(beside / "passphrase"))
    return call(beside, capsys, *old, *more)


def test_another_profile_is_brought_over_once(beside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, dry = from_old(beside, capsys, "--dry-run")
    assert (code, dry["applied"], dry["kind"], dry["file"], dry["stays"]) == (
        0, False, "profile", "laptop社区", {})  # fmt: skip
    code, done = from_old(beside, capsys)
    assert (code, done["applied"], done["rows"], done["counts"]) == (0, True, dry["rows"], dry["counts"])
    kinds = [(row["sheet"], row["verdict"], row["reason"]) for row in done["rows"]]
    assert kinds[2:] == [
        ("unit", "refused", "address_unknown"),
        ("household", "differs", ""),
        ("resident", "new", ""),
        ("household", "refused", "address_unknown"),
        ("resident", "refused", "household_not_brought"),
    ]
    assert done["rows"][3]["fields"] == [{"field": "note", "taken": False}]
    assert "王一" not in json.dumps(done, ensure_ascii=False)  # codes and doors only
    _, again = from_old(beside, capsys)
    assert again["applied"] is False and again["counts"]["resident"] == {"created": 0, "changed": 0}
    _, preferred = from_old(beside, capsys, "--prefer", "--dry-run")
    assert preferred["rows"][3]["fields"] == [{"field": "note", "taken": True}]
    assert preferred["counts"]["household"] == {"created": 0, "changed": 1}


def test_what_needs_a_look_is_said_at_the_terminal(beside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = ["--passphrase-file", str(beside / "passphrase"), "--language", "zh_CN", "import"]
    old = ["--from-profile", str(beside / "old"), "--from-passphrase-file", str(beside / "passphrase")]
    assert main(["--profile", str(beside / "profile"), *files, *old]) == 0
    told = capsys.readouterr().err
    assert "住户 3-1-101：不同（备注）" in told
    assert "居民 3-3-301：不能导入（这一户没有带过来）" in told


def test_the_wrong_passphrase_of_the_other_profile_changes_nothing(
    beside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (beside / "wrong").write_text("not this one at all", "utf-8")
    before = standing_in(beside / "profile")
    code = main(["--profile", str(beside / "profile"), "--passphrase-file", str(beside / "passphrase"), "import",
                 "--from-profile", str(beside / "old"), "--from-passphrase-file", str(beside / "wrong")])  # fmt: skip
    assert code == 1 and "[wrong_passphrase]" in capsys.readouterr().err
    assert standing_in(beside / "profile") == before


def standing_in(folder: Path) -> dict[str, object]:
    store = open_store(folder)
    found = standing(store)
    store.close()
    return found
