"""`python -m benchmarks [names] [--rounds 3] [--size N] [--records N] [--out FILE.json]`: runs the bars, prints one
Markdown table after the other and writes JSON."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from benchmarks import machine
from benchmarks.setting import setting
from benchmarks.table import Table

#: Bar -> its module. Each has `run(setting)`, which returns its tables.
BARS = {
    "P1": "pull",
    "P2": "large_pull",
    "P3": "exchange",
    "P6": "delta",
    "P7": "save",
    "P8": "report",
    "P9": "lists",
    "P10": "find",
    "P11": "taking_in",
    "P12": "ingest",
    "P13": "unlock",
    "P14": "start",
    "P15": "table_window",
    "P16": "blocking",
    "P17-import": "ledger",
    "P17-report": "papers",
    "P17-ledger": "ledgers",
    "P18": "crowd",
    "demands": "demands",
    "founding": "founding",
}


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    chosen = {name.lower() for name in asked.names}
    names = [name for name in BARS if not chosen or name.lower() in chosen]
    here = machine.description()
    print(
        f"{here['cpus']} × {here['machine']}, {here['system']}, Python {here['python']}, load {here['load']}\n"
    )
    tables: list[Table] = []
    with setting(asked.rounds, asked.size, asked.records, asked.cache, peers=asked.peers) as given:
        for name in names:
            made: list[Table] = import_module(f"benchmarks.{BARS[name]}").run(given)
            for table in made:
                print(table.markdown(), flush=True)
            tables += made
    if asked.out:
        _write(asked.out, here, tables)
    return 0


def _parser() -> argparse.ArgumentParser:
    known = ", ".join(BARS)
    parser = argparse.ArgumentParser(prog="benchmarks", description="The product beside limits and peers.")
    parser.add_argument("names", nargs="*", metavar="BAR", help=f"which bars to run (default: all): {known}")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds, each row once a round")
    parser.add_argument(
        "--size", type=int, default=100_000, help="visits in the file of P7 to P10, P13, P14 and P17"
    )
    parser.add_argument(
        "--records",
        type=int,
        default=10_000,
        help="records that are synced in P1, P3 and P11 and lie in P12; P2 has ten times as many",
    )
    parser.add_argument("--out", type=Path, help="write the results as JSON")
    parser.add_argument(
        "--no-peers",
        dest="peers",
        action="store_false",
        help="leave out PouchDB, which is otherwise installed from npm into the cache",
    )
    parser.add_argument("--cache", type=Path, help="where prepared files are kept")
    return parser


def _write(path: Path, here: machine.Facts, tables: Sequence[Table]) -> None:
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    made = {"at": at, "machine": here, "tables": [table.values() for table in tables]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
