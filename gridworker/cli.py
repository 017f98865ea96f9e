"""The command line: arguments to verbs, results and errors to text or JSON. `gridworker` alone opens the window.

Documented in docs/command-line.md; exit code 0 is done, 1 an error or a finding, 2 a wrong call, 130 interrupted."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from gridworker import __version__
from gridworker.commands.exporting import add_release_flags
from gridworker.commands.freezing import add_freeze_flags
from gridworker.complaints import complaint
from gridworker.errors import NoDisplay
from gridworker.exports.formats import LEDGER_FORMATS, LEDGERS, PAPER_FORMATS, REPORT_FORMATS
from gridworker.wording import LANGUAGES, Wording

Verb = Callable[[Any], Any]
_SEARCH_LIMIT = 50


def _common() -> argparse.ArgumentParser:
    """The flags every verb takes. SUPPRESS: one given before the verb must not be overwritten by the verb's default."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--profile", metavar="DIR", help="folder of the profile (default: this user's own)")
    common.add_argument("--passphrase-file", metavar="F", help="read the passphrase from the first line of F")
    common.add_argument("--json", action="store_true", help="print one JSON document")
    common.add_argument("--language", choices=LANGUAGES, help="language of messages and reports")
    return common


def _before_verbs(*, alone: bool = False) -> argparse.ArgumentParser:
    """What is understood without a verb. `alone`: nothing else is, and what is wrong raises ArgumentError."""
    parser = argparse.ArgumentParser(
        prog="gridworker", description="Gridworker 网格工作台", parents=[_common()], allow_abbrev=False,
        add_help=not alone, exit_on_error=not alone,
    )  # fmt: skip
    parser.set_defaults(profile=None, passphrase_file=None, json=False, language=None, verb=None)
    parser.add_argument("--version", action="version", version=f"gridworker {__version__}")
    parser.add_argument(
        "--self-test", action="store_true", help="check that this installation works, then quit"
    )
    return parser


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The call as it was meant. Most open the window: they do not wait until every verb is known."""
    with suppress(argparse.ArgumentError):
        found, rest = _before_verbs(alone=True).parse_known_args(arguments)
        if not rest:
            return found
    return _parser().parse_args(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = _before_verbs()
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=text, parents=[_common()], description=text, allow_abbrev=False)

    _profile_verbs(verb)
    _record_verbs(verb)
    _story_verbs(verb)
    return parser


def _profile_verbs(verb: Callable[[str, str], argparse.ArgumentParser]) -> None:
    new = verb("new", "found a community on this computer")
    new.add_argument("--practice", action="store_true", help="the invented practice community")
    for name, text in (
        ("name", "community"),
        ("code", "12-digit code"),
        ("secretary", "name"),
        ("login", "login"),
    ):
        new.add_argument(f"--{name}", default="", help=f"the {text}")
    join = verb("join", "join a community with a one-time code")
    join.add_argument("--server", required=True, metavar="URL")
    join.add_argument("--code", required=True)
    join.add_argument("--ca", metavar="FILE", help="trust only these certificates (PEM) for this server")
    join.add_argument("--practice", action="store_true", help="the server holds the practice community")
    join.add_argument(
        "--adopt", action="store_true", help="bring this computer's own community to an empty server"
    )
    verb("sync", "send what is unsent and fetch what is new")
    bundle = verb("bundle", "exchange with the server by a stick, without a network")
    bundle.add_argument("direction", choices=("export", "import"), help="write a request, take its answer")
    bundle.add_argument("path", metavar="PATH", help="the stick's folder, or a file")
    wipe = verb("wipe", "take a stopped device's data off this computer")
    wipe.add_argument(
        "--unsent", default="", metavar="FILE", help="write what was never sent into FILE first"
    )
    wipe.add_argument("--confirm", default="", metavar="LOGIN", help="the account's login: really do it")
    backup = verb("backup", "write a verified encrypted copy")
    backup.add_argument("--to", metavar="DIR", help="put it into DIR (default: beside the data, three kept)")
    restore = verb("restore", "put a backup in the place of a lost profile")
    restore.add_argument("source", metavar="BACKUP")
    verb("doctor", "check file, figures, audit chain and references")


def _record_verbs(verb: Callable[[str, str], argparse.ArgumentParser]) -> None:
    show = verb("list", "list households, visits, drafts or nodes")
    show.add_argument("what", choices=("households", "visits", "drafts", "nodes"))
    show.add_argument("--period", metavar="2026-W47", help="week of the visits (default: the present one)")
    find = verb(
        "search", "find households, residents, visits and nodes by door number, name, pinyin, phone or number"
    )
    find.add_argument("text")
    for each in (show, find):
        each.add_argument("--node", metavar="NODE", help="code of an area, or name of a node")
    show.add_argument(
        "--unvisited",
        type=_count,
        metavar="DAYS",
        help="households: only those not visited for more than DAYS days, longest first",
    )
    show.add_argument("--limit", type=_count, help="at most so many rows (default: all)")
    find.add_argument(
        "--limit", type=_count, default=_SEARCH_LIMIT, help=f"at most so many rows (default: {_SEARCH_LIMIT})"
    )
    log = verb("log", "log a visit")
    log.add_argument("--household", required=True, metavar="CODE")
    log.add_argument(
        "--outcome", required=True, choices=("met", "absent", "declined", "rescheduled", "moved")
    )
    log.add_argument("--mode", default="door", choices=("door", "phone", "yard", "shop", "meeting"))
    log.add_argument("--on", metavar="2026-11-20")
    log.add_argument("--said", default="")
    log.add_argument("--next-step", default="")
    log.add_argument("--next-on", metavar="2026-11-27")
    _plan_verbs(verb)
    _import_verb(verb)
    _report_verbs(verb)


def _report_verbs(verb: Callable[[str, str], argparse.ArgumentParser]) -> None:
    report = verb("report", "write the report of a period")
    report.add_argument("kind", choices=("weekly", "monthly", "quarterly", "annual"))
    report.add_argument("--period", metavar="2026-W47|2026-11|2026-Q4|2026")
    report.add_argument("--node", metavar="NODE", help="code of an area, or name of a node")
    report.add_argument("--format", type=_formats, default=["xlsx"], metavar="xlsx,docx,pdf,html")
    report.add_argument("--out", default=".", metavar="DIR")
    add_release_flags(report)
    report.add_argument(
        "--edition",
        choices=("office", "public"),
        help="public: counts only, small ones left out (default: office, for annual public)",
    )
    report.add_argument("--ledger", action="store_true", help="with the masked visits of the period")
    add_freeze_flags(report)
    week = verb("close-week", "close the week of a node's micro-grids, with a zero report where nothing was")
    week.add_argument("--period", metavar="2026-W47")
    week.add_argument("--node", metavar="NODE", help="code of an area, or name of a node")
    week.add_argument("--reopen", action="store_true", help="open it again")
    ledger = verb("ledger", "write a ledger: visits, demands, the three lists, deliberation")
    ledger.add_argument("kind", choices=LEDGERS)
    ledger.add_argument("--period", metavar="2026-W47|2026-11|2026-Q4|2026")
    ledger.add_argument("--node", metavar="NODE", help="code of an area, or name of a node")
    ledger.add_argument("--format", type=_ledger_formats, default=["xlsx"], metavar="xlsx,csv")
    ledger.add_argument("--out", default=".", metavar="DIR")
    add_release_flags(ledger, may_unmask=True)
    fill = verb("fill", "fill somebody else's blank form with the figures of a period")
    fill.add_argument("--template", required=True, metavar="F", help="the blank form, .xlsx or .docx")
    fill.add_argument("--mapping", required=True, metavar="M.json", help="what goes where (docs/filling.md)")
    fill.add_argument("--period", metavar="2026-W47|2026-11|2026-Q4|2026")
    fill.add_argument("--node", metavar="NODE", help="code of an area, or name of a node")
    fill.add_argument("--out", default=".", metavar="DIR")
    add_release_flags(fill)


def _plan_verbs(verb: Callable[[str, str], argparse.ArgumentParser]) -> None:
    plan = verb("plan", "show the plan of a week and what is proposed for it")
    walk = verb("walklist", "write the walk list of a week or a day to print")
    duty = verb("roster", "list who is on duty in a week")
    for each in (plan, walk, duty):
        each.add_argument("--period", metavar="2026-W47", help="the week (default: the present one)")
        each.add_argument("--node", metavar="NODE", help="code of an area, or name of a node")
    plan.add_argument("--accept", action="store_true", help="put everything proposed into the plan")
    walk.add_argument("--on", metavar="2026-11-20", help="only this day of the week")
    walk.add_argument("--format", type=_paper_formats, default=["pdf"], metavar="pdf,html")
    walk.add_argument("--out", default=".", metavar="DIR")


def _import_verb(verb: Callable[[str, str], argparse.ArgumentParser]) -> None:
    ledger = verb("import", "import households and residents from a spreadsheet")
    ledger.add_argument("file", nargs="?", metavar="FILE", help=".xlsx, .xls, .ods or .csv")
    ledger.add_argument("--dry-run", action="store_true", help="say what each row would do, change nothing")
    ledger.add_argument(
        "--basis", choices=("consent", "statutory", "contract"), help="ground for phones and years"
    )
    ledger.add_argument("--notice", default="", metavar="VERSION", help="version of the notice it rests on")
    ledger.add_argument("--mapping", metavar="F.json", help="corrected columns, by sheet and letter")
    ledger.add_argument(
        "--from-profile", default="", metavar="DIR", help="bring another profile's community over instead"
    )
    ledger.add_argument(
        "--from-passphrase-file", metavar="FILE", help="first line: that profile's passphrase"
    )
    ledger.add_argument("--prefer", action="store_true", help="where both say something, take that profile's")
    ledger.add_argument("--template", metavar="F.xlsx", help="write a blank sheet to fill in instead")
    ledger.add_argument("--past", action="store_true", help="list what was imported on this computer instead")
    ledger.add_argument("--undo", default="", metavar="BATCH", help="take an earlier import back instead")


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _formats(text: str, known: tuple[str, ...] = REPORT_FORMATS) -> list[str]:
    chosen = list(dict.fromkeys(text.split(",")))
    if not set(chosen) <= set(known):
        raise argparse.ArgumentTypeError(f"choose from {','.join(known)}")
    return chosen


def _ledger_formats(text: str) -> list[str]:
    return _formats(text, LEDGER_FORMATS)


def _paper_formats(text: str) -> list[str]:
    return _formats(text, PAPER_FORMATS)


def _story_verbs(verb: Callable[[str, str], argparse.ArgumentParser]) -> None:
    demo = verb("demo", "open the practice community, or play its story without a display")
    demo.add_argument("--headless", action="store_true")
    demo.add_argument("--out", default="out/demo", metavar="DIR")
    screenshots = verb("screenshots", "write a picture of every page")
    screenshots.add_argument("--out", default="docs/pictures", metavar="DIR")
    screenshots.add_argument("--all", action="store_true", help="every language, look and text size")


def _verbs() -> dict[str, Verb]:
    from gridworker.commands import (
        bundle,
        exchange,
        freezing,
        imports,
        ledgers,
        plans,
        profiles,
        records,
        reports,
        wipe,
    )

    return {
        "new": profiles.new,
        "join": profiles.join,
        "backup": profiles.backup,
        "restore": profiles.restore,
        "doctor": profiles.doctor,
        "wipe": wipe.wipe,
        "sync": exchange.sync,
        "bundle": bundle.bundle,
        "list": records.show,
        "search": records.search,
        "log": records.log,
        "plan": plans.plan,
        "walklist": plans.walklist,
        "roster": plans.roster,
        "report": reports.report,
        "close-week": freezing.close_week,
        "ledger": ledgers.ledger,
        "fill": reports.fill,
        "import": imports.import_ledger,
        "demo": _demo,
        "screenshots": _screenshots,
    }


def _demo(call: Any) -> Any:
    if call.arguments.headless or not _has_display():
        from gridworker.commands.story import play

        if not call.arguments.headless:
            call.say("cli.no_display", folder=call.arguments.out)
        return play(call)
    from gridworker.app import run_practice

    raise SystemExit(run_practice(call))


def _screenshots(call: Any) -> Any:
    from gridworker.commands.screenshots import write_pictures

    return write_pictures(call)


def _has_display() -> bool:
    """False on a Linux machine without a screen, where Qt would end the process. A platform that was chosen counts."""
    names = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in names)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one call; returns the exit code."""
    from gridworker import settings
    from gridworker.commands.call import Call
    from gridworker.files import write_no_core

    write_no_core()
    given = _given(arguments)
    call = Call(given, Wording.load(given.language or settings.load().language))
    try:
        return _run(call)
    except (
        BrokenPipeError
    ):  # the reader, such as `head`, has enough; Python must not stumble over it at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - also what nobody foresaw is said in a sentence, with a code to copy
        return _complain(_plain(error), call.wording, as_json=given.json)


def _plain(error: Exception) -> Exception:
    """A folder that may not even be looked into, or a full disk, where no part of the program said so."""
    from gridworker.files import plain_error

    if isinstance(error, OSError) and error.filename:
        return plain_error(error, Path(os.fsdecode(error.filename))) or error
    return error


def _run(call: Any) -> int:
    given = call.arguments
    if given.self_test:
        from gridworker.commands.self_test import run

        result: Any = run()
    elif given.verb is None:
        if not _has_display():
            raise NoDisplay()
        from gridworker.app import run_window

        return run_window(call)
    else:
        result = _verbs()[given.verb](call)
    _print(result, as_json=given.json)
    failed = isinstance(result, dict) and (
        result.get("failed") or result.get("healthy") is False or result.get("refused")
    )
    return 1 if failed else 0


def _complain(error: Exception, wording: Wording, *, as_json: bool) -> int:
    found = complaint(error, wording)
    if as_json:
        print(json.dumps({"error": {"code": found.code, "what": found.what, "next": found.next, "field": found.field}},
                         ensure_ascii=False))  # fmt: skip
    else:
        print(found, file=sys.stderr)
    return 1


def _print(result: Any, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    elif isinstance(result, list):
        for row in result:
            print(" · ".join(_cell(row[name]) for name in row if _tells(name, row[name])))
    elif isinstance(result, dict):
        for name, value in result.items():
            print(f"{name}: {_cell(value)}")
    sys.stdout.flush()


def _tells(name: str, value: Any) -> bool:
    """True for what a person reads in a line: neither empty, nor an id, nor a table of its own."""
    nested = isinstance(value, list) and any(isinstance(part, dict) for part in value)
    return value not in (None, "", [], False) and not nested and name != "id" and not name.endswith("_id")


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_cell(part) for part in value)
    if isinstance(value, dict):
        return " ".join(f"{name}={_cell(part)}" for name, part in value.items())
    return str(value)
