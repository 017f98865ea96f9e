"""The command line: arguments to verbs, results and errors to text or JSON. `gridworker` alone opens the window.

Documented in docs/command-line.md; exit code 0 is done, 1 an error a person can act on, 2 a wrong call."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from gridworker import __version__
from gridworker.complaints import complaint
from gridworker.errors import GridworkerError
from gridworker.wording import LANGUAGES, Wording

Verb = Callable[[Any], Any]


def _common() -> argparse.ArgumentParser:
    """The flags every verb takes. SUPPRESS: one given before the verb must not be overwritten by the verb's default."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--profile", metavar="DIR", help="folder of the profile (default: this user's own)")
    common.add_argument("--passphrase-file", metavar="F", help="read the passphrase from the first line of F")
    common.add_argument("--json", action="store_true", help="print one JSON document")
    common.add_argument("--language", choices=LANGUAGES, help="language of messages and reports")
    return common


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gridworker", description="Gridworker 网格工作台", parents=[_common()]
    )
    parser.set_defaults(profile=None, passphrase_file=None, json=False, language=None)
    parser.add_argument("--version", action="version", version=f"gridworker {__version__}")
    parser.add_argument(
        "--self-test", action="store_true", help="check that this installation works, then quit"
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=text, parents=[_common()], description=text)

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
    join.add_argument("--practice", action="store_true", help="the server holds the practice community")
    verb("sync", "send what is unsent and fetch what is new")
    backup = verb("backup", "write a verified encrypted copy")
    backup.add_argument("--to", metavar="DIR")
    restore = verb("restore", "put a backup in the place of a lost profile")
    restore.add_argument("source", metavar="BACKUP")
    verb("doctor", "check file, figures, audit chain and references")


def _record_verbs(verb: Callable[[str, str], argparse.ArgumentParser]) -> None:
    show = verb("list", "list households, visits, drafts or nodes")
    show.add_argument("what", choices=("households", "visits", "drafts", "nodes"))
    show.add_argument("--period", metavar="2026-W47")
    find = verb("search", "find households by door number, name or the end of a phone number")
    find.add_argument("text")
    for each in (show, find):
        each.add_argument("--node", metavar="CODE")
        each.add_argument("--limit", type=int, default=50)
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
    report = verb("report", "write the weekly table of visits")
    report.add_argument("kind", choices=("weekly",))
    report.add_argument("--period", metavar="2026-W47")
    report.add_argument("--node", metavar="CODE")
    report.add_argument("--format", default="xlsx", metavar="xlsx,html")
    report.add_argument("--out", default=".", metavar="DIR")


def _story_verbs(verb: Callable[[str, str], argparse.ArgumentParser]) -> None:
    demo = verb("demo", "open the practice community, or play its story without a display")
    demo.add_argument("--headless", action="store_true")
    demo.add_argument("--out", default="out/demo", metavar="DIR")
    screenshots = verb("screenshots", "write a picture of every page")
    screenshots.add_argument("--out", default="docs/pictures", metavar="DIR")
    screenshots.add_argument("--all", action="store_true", help="every language, look and text size")


def _verbs() -> dict[str, Verb]:
    from gridworker.commands import exchange, profiles, records, reports

    return {
        "new": profiles.new,
        "join": profiles.join,
        "backup": profiles.backup,
        "restore": profiles.restore,
        "doctor": profiles.doctor,
        "sync": exchange.sync,
        "list": records.show,
        "search": records.search,
        "log": records.log,
        "report": reports.report,
        "demo": _demo,
        "screenshots": _screenshots,
    }


def _demo(call: Any) -> Any:
    if call.arguments.headless:
        from gridworker.commands.story import play

        return play(call)
    from gridworker.app import run_practice

    raise SystemExit(run_practice(call))


def _screenshots(call: Any) -> Any:
    from gridworker.commands.screenshots import write_pictures

    return write_pictures(call)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one call; returns the exit code."""
    from gridworker import settings
    from gridworker.commands.call import Call

    given = _parser().parse_args(arguments)
    wording = Wording.load(given.language or settings.load().language)
    call = Call(given, wording)
    try:
        if given.self_test:
            from gridworker.commands.self_test import run

            result: Any = run()
        elif given.verb is None:
            from gridworker.app import run_window

            return run_window(call)
        else:
            result = _verbs()[given.verb](call)
    except GridworkerError as error:
        return _complain(error, wording, as_json=given.json)
    _print(result, as_json=given.json)
    failed = isinstance(result, dict) and (result.get("failed") or result.get("healthy") is False)
    return 1 if failed else 0


def _complain(error: GridworkerError, wording: Wording, *, as_json: bool) -> int:
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
            print(" · ".join(str(value) for value in row.values() if value not in (None, "", [])))
    elif isinstance(result, dict):
        for name, value in result.items():
            print(f"{name}: {value}")
