"""`gridworker-server`: the arguments of every verb, and how its words and errors are printed. Prints text, or one JSON
object per line with --json."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from gridworker.complaints import complaint
from gridworker.errors import GridworkerError
from gridworker.files import write_no_core
from gridworker.server.verbs import accounts, bundles, care, copies, devices, founding, serving
from gridworker.server.verbs.asked import ADDRESS_VARIABLE, Say
from gridworker.store.lease import FEWEST_DAYS, MOST_DAYS
from gridworker.wording import Wording

_VERBS: dict[str, Callable[[argparse.Namespace, Say], int | None]] = {
    "init": founding.init,
    "serve": serving.serve,
    "account": accounts.account,
    "invite": devices.invite,
    "devices": devices.devices,
    "revoke": devices.revoke,
    "drain": devices.drain,
    "move": care.move,
    "stats": care.stats,
    "verify": care.verify,
    "recover": care.recover,
    "retention": care.retention,
    "lease": care.lease,
    "held": care.held,
    "bundle": bundles.bundle,
    "unseal": bundles.unseal,
    "backup": copies.backup,
    "restore": copies.restore,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; 0 for success, 1 for an error a person can act on or a finding."""
    write_no_core()
    parser = _parser()
    asked = parser.parse_args(arguments)
    asked.address = asked.database or ("" if asked.data else os.environ.get(ADDRESS_VARIABLE, ""))
    if (asked.data is None) is (not asked.address):
        parser.error(f"one of --data DIR and --database URL is needed (or ${ADDRESS_VARIABLE})")
    try:
        return _VERBS[asked.command](asked, _printer(json_lines=asked.json)) or 0
    except GridworkerError as error:
        facts = {name: str(value) for name, value in error.values.items()}
        said = complaint(error, Wording.load(_language()))
        told = " ".join(f"{name}={value}" for name, value in facts.items())
        _complain(asked, f"{said} {told}".rstrip(), {"error": error.code, "what": said.what, **facts})
    except OSError as error:  # a port in use, a certificate that is not there or is none
        facts = {"why": error.strerror or type(error).__name__, "file": str(error.filename or "")}
        _complain(asked, f"{facts['why']} {facts['file']}".rstrip(), {"error": "system", **facts})
    return 1


def _language() -> str:
    """That of the operator's terminal."""
    spoken = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "zh_CN" if spoken.startswith("zh") else "en"


def _complain(asked: argparse.Namespace, text: str, facts: dict[str, str]) -> None:
    said = json.dumps(facts, ensure_ascii=False) if asked.json else f"gridworker-server: {text}"
    print(said, file=sys.stderr)


def _printer(*, json_lines: bool) -> Say:
    def say(text: str, **facts: object) -> None:
        print(json.dumps(facts, ensure_ascii=False) if json_lines else text, flush=True)

    return say


# -- arguments ---------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, metavar="DIR", help="the server's folder")
    common.add_argument("--database", metavar="URL", help="postgresql://user@host/name instead of a folder")
    common.add_argument("--json", action="store_true", help="print JSON, one object per line")
    parser = argparse.ArgumentParser(
        prog="gridworker-server", description="The server of a community.", allow_abbrev=False
    )
    verbs = parser.add_subparsers(dest="command", required=True, metavar="VERB")

    def verb(name: str, words: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, parents=[common], help=words, allow_abbrev=False)

    _init_arguments(verb("init", "make a server with one community"))
    _serve_arguments(verb("serve", "answer devices until stopped"))
    _account_arguments(verb("account", "give a member a login, close one, or list them"))
    _invite_arguments(verb("invite", "print a one-time code, good for 15 minutes"))
    listed = verb("devices", "list the enrolled devices, or say what lay on one when it last spoke")
    listed.add_argument("--device", type=int, metavar="NUMBER")
    for name, words in (
        ("revoke", "stop a lost device at once: nothing is accepted from it any more"),
        ("drain", "stop a returned device once it has sent what it holds"),
    ):
        verb(name, words).add_argument("--device", type=int, required=True, metavar="NUMBER")
    _move_arguments(verb("move", "move a household to another stairwell, or an area below another one"))
    lease = verb("lease", "how long a device may show residents' data without hearing from the server")
    lease.add_argument("--days", type=int, choices=range(FEWEST_DAYS, MOST_DAYS + 1), metavar="7-90")
    _held_arguments(verb("held", "acts that wait for a decision: their writers had lost the scope"))
    _stick_arguments(
        verb("bundle", "exchange with a laptop by a stick, without a network"),
        verb("unseal", "open what a laptop could not send: a .gwunsent file"),
    )
    verb("stats", "how much there is, in numbers only")
    verb("recover", "go on without the devices that have not come since a restore")
    kept = verb("retention", "let go of who stands in demands that ended two years ago, as every day does")
    kept.add_argument("--dry-run", action="store_true", help="only say how many")
    check = verb("verify", "check the audit chain, the feed and the devices' receipts")
    check.add_argument(
        "--noted", metavar="N:HASH", help="a head of the audit chain that was written down before"
    )
    _copy_arguments(
        verb("backup", "write an encrypted copy into a new folder, also while the server runs"),
        verb("restore", "make a server from a copy, at an empty place"),
    )
    return parser


def _account_arguments(account: argparse.ArgumentParser) -> None:
    account.add_argument("--login", default="")
    what = account.add_mutually_exclusive_group()
    what.add_argument("--member", default="", metavar="NAME", help="whose login it is")
    what.add_argument("--close", action="store_true", help="it gets nothing any more")
    what.add_argument("--sizes", action="store_true", help="how much a laptop of each account will hold")


def _invite_arguments(invite: argparse.ArgumentParser) -> None:
    whom = invite.add_mutually_exclusive_group(required=True)
    whom.add_argument("--login", help="the account a computer is let in for")
    whom.add_argument(
        "--adopt", action="store_true", help="a community that started alone, into this empty server"
    )


def _init_arguments(init: argparse.ArgumentParser) -> None:
    init.add_argument("--practice", action="store_true", help="the invented practice community")
    init.add_argument(
        "--adopt", action="store_true", help="empty, for a community that started alone; print a code for it"
    )
    for flag, words in (
        ("--name", "the community's name"),
        ("--code", "its 12-digit code"),
        ("--secretary", "the secretary's name"),
        ("--login", "the secretary's login"),
    ):
        init.add_argument(flag, help=words)


def _serve_arguments(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8440, help="0 takes any free port")
    serve.add_argument("--cert", type=Path, help="TLS certificate chain (PEM)")
    serve.add_argument("--key", type=Path, help="TLS private key (PEM)")
    serve.add_argument("--metrics-port", type=int, help="numbers for Prometheus, on 127.0.0.1 only")
    serve.add_argument("--copies", type=int, default=2, help="first copies that are read at the same time")


def _held_arguments(held: argparse.ArgumentParser) -> None:
    held.add_argument("decision", choices=("list", "accept", "hand-over", "reject"))
    held.add_argument("--act", metavar="ID", help="the first letters of the act's id, as `list` prints it")
    held.add_argument(
        "--to", metavar="AREA", help="hand-over: code of the area whose people see it from now on"
    )
    held.add_argument("--reason", default="", help="kept with the decision; needed to reject")


def _stick_arguments(bundle: argparse.ArgumentParser, unseal: argparse.ArgumentParser) -> None:
    bundle.add_argument(
        "direction", choices=("import", "export"), help="take its changes in, write its answer"
    )
    bundle.add_argument("path", type=Path, metavar="PATH", help="a .request file, or the folder it lies in")
    unseal.add_argument("path", type=Path, metavar="FILE")
    unseal.add_argument(
        "--out", type=Path, metavar="FILE", help="write it there, not encrypted, instead of showing it"
    )


def _copy_arguments(backup: argparse.ArgumentParser, restore: argparse.ArgumentParser) -> None:
    backup.add_argument("--to", type=Path, required=True, metavar="DIR")
    backup.add_argument("--key-to", type=Path, metavar="FILE", help="put the copy's key here, not beside it")
    restore.add_argument("--from", dest="source", type=Path, required=True, metavar="DIR")
    restore.add_argument("--key", type=Path, metavar="FILE", help="the copy's key, if it is not beside it")
    for copied in (backup, restore):
        copied.add_argument(
            "--anyway",
            action="store_true",
            help="also what does not agree with itself (see `verify`); ends with 1",
        )


def _move_arguments(move: argparse.ArgumentParser) -> None:
    what = move.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--household", metavar="CODE", help="the household that moves, with --to ESTATE-BUILDING-UNIT"
    )
    what.add_argument("--area", metavar="CODE", help="the area that moves, with --to AREA")
    what.add_argument("--finish", action="store_true", help="have everything follow its stairwell now")
    move.add_argument("--to", metavar="CODE")
