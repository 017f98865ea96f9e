"""One machine of the story, a laptop or the operator's: a process that carries out one verb after the other, each as if
the program had been started for it: the profile is opened, the work done, the profile closed. A call per line in, an
answer per line out."""

from __future__ import annotations

import faulthandler
import json
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

#: Seconds after which a verb that does not end takes its process with it.
LONGEST = 300


def _laptop(*words: str) -> int:
    from gridworker.cli import main

    return main(words)


def _server(*words: str) -> int:
    from gridworker.server.cli import main

    return main(words)


def _hand(*words: str) -> int:
    from gridworker.commands.story_hand import main

    main(*words)
    return 0


_KINDS: dict[str, Callable[..., int]] = {"laptop": _laptop, "server": _server, "hand": _hand}


def _played(kind: str, words: list[str]) -> dict[str, object]:
    """What the verb printed, and its exit code."""
    said, wrong = StringIO(), StringIO()
    with redirect_stdout(said), redirect_stderr(wrong):
        try:
            code = _KINDS[kind](*words)
        except SystemExit as ended:  # what argparse does with words nobody understands
            code = ended.code if isinstance(ended.code, int) else 1
        except Exception:  # noqa: BLE001 - whatever it is belongs to the step that asked, in its own words
            traceback.print_exc()
            code = 1
    return {"code": code, "said": said.getvalue(), "wrong": wrong.getvalue()}


def main() -> None:
    """Play until there are no more calls."""
    for line in sys.stdin:
        kind, *words = json.loads(line)
        faulthandler.dump_traceback_later(LONGEST, exit=True)
        answer = _played(kind, words)
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
