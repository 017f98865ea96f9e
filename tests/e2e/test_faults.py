"""What goes wrong outside the program, met with real processes: a clear sentence with the next step, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gridworker import practice_desk
from gridworker.store.store import Store
from tests.desks import ROOT, Desk, Ended, make_desk, start

VISIT = ("log", "--household", "XF-1-1-102", "--outcome", "met", "--said", "坡道太陡")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return make_desk(tmp_path_factory.mktemp("faults") / "practice")


@pytest.fixture
def desk(template: Desk, tmp_path: Path) -> Desk:
    return template.copied(tmp_path / "practice")


def refused(ended: Ended) -> str:
    """The code of the error a program ended with; its sentences are there."""
    assert ended.code == 1, ended
    error = ended.answer["error"]
    assert error["what"] and error["next"] and "Traceback" not in ended.err
    return str(error["code"])


def joined_to(desk: Desk, url: str) -> Desk:
    """The laptop, believing that its server is at `url`."""
    import msgspec

    store = Store.open(desk.laptop, practice_desk.PASSPHRASE)
    elsewhere = msgspec.structs.replace(store.known, server_url=url)
    store.set_state({"identity": msgspec.json.encode(elsewhere)})
    store.close()
    return desk


def test_server_away(desk: Desk) -> None:
    joined_to(desk, "http://127.0.0.1:9")
    no = start(*desk.flags, "--json", *VISIT).answer["no"]
    assert refused(start(*desk.flags, "--json", "sync")) == "server_away"
    visits = start(*desk.flags, "--json", "list", "visits").answer
    assert [visit["road"] for visit in visits if visit["no"] == no] == [
        "sending"
    ]  # asked, and no answer came


def test_f38_something_else_answers(desk: Desk) -> None:
    """A captive portal: 200 and HTML."""
    program = (
        "import http.server as h\n"
        "class P(h.BaseHTTPRequestHandler):\n"
        "  def do_POST(s):\n"
        "    s.rfile.read(int(s.headers['content-length'])); s.send_response(200)\n"
        "    s.send_header('Content-Type', 'text/html'); s.end_headers(); s.wfile.write(b'<html>log in')\n"
        "  def log_message(s, *a): pass\n"
        "d = h.HTTPServer(('127.0.0.1', 0), P); print(d.server_port, flush=True); d.serve_forever()\n"
    )
    portal = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert portal.stdout is not None
    try:
        joined_to(desk, f"http://127.0.0.1:{portal.stdout.readline().strip()}")
        assert refused(start(*desk.flags, "--json", "sync")) == "server_unreadable"
    finally:
        portal.kill()
        portal.wait()
        portal.stdout.close()


def test_f31_database_in_use_by_another_process(desk: Desk) -> None:
    program = (
        "import sys, time; from pathlib import Path; from gridworker.store.store import Store\n"
        f"store = Store.open(Path({str(desk.laptop)!r}), {practice_desk.PASSPHRASE!r})\n"
        "print('open', flush=True); time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "open\n"
        assert refused(start(*desk.flags, "--json", *VISIT)) == "profile_in_use"
    finally:
        holder.kill()  # without a chance to give the lock back
        holder.wait()
        holder.stdout.close()
    assert start(*desk.flags, "--json", *VISIT).code == 0


def test_wrong_passphrases_grow_slow_across_restarts(desk: Desk) -> None:
    wrong = desk.flags_with("not this one")
    ended = start(*wrong, "--language", "en", "list", "drafts")
    assert ended.code == 1 and ended.out == ""
    assert "The passphrase is wrong (try 1)." in ended.err and ended.err.strip().endswith(
        "[wrong_passphrase]"
    )
    tries = desk.laptop / "tries.json"
    tries.write_text(json.dumps({**json.loads(tries.read_text("utf-8")), "tries": 16}), "utf-8")
    assert refused(start(*wrong, "--json", "list", "drafts")) == "wrong_passphrase"
    held = start(*desk.flags, "--json", "list", "drafts")  # the right one has to wait as well
    assert refused(held) == "too_many_tries"


def test_a_foreign_file_instead_of_the_database(desk: Desk) -> None:
    path = desk.laptop / "gridworker.db"
    content = b"%PDF-1.7 \xe5\x85\xac\xe6\x96\x87" * 500
    path.write_bytes(content)
    for stray in desk.laptop.glob("gridworker.db-*"):
        stray.unlink()
    assert refused(start(*desk.flags, "--json", "list", "drafts")) == "database_damaged"
    assert path.read_bytes() == content  # kept for whoever can still read it


def test_f28_a_damaged_page_is_found(desk: Desk) -> None:
    path = desk.laptop / "gridworker.db"
    whole = path.read_bytes()
    middle = len(whole) // 2 // 4096 * 4096
    path.write_bytes(whole[: middle + 100] + bytes(64) + whole[middle + 164 :])
    ended = start(*desk.flags, "--json", "doctor")
    assert ended.code == 1
    assert "error" in ended.answer or ended.answer["findings"]


def test_a_damaged_key_file(desk: Desk) -> None:
    (desk.laptop / "keys.json").write_text('{"version": 1', "utf-8")
    assert refused(start(*desk.flags, "--json", "list", "drafts")) == "key_file_damaged"
    (desk.laptop / "keys.json").unlink()
    assert refused(start(*desk.flags, "--json", "list", "drafts")) == "key_file_damaged"


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_folder_that_cannot_be_written(desk: Desk) -> None:
    """As another user where the tests run as root, to whom every folder can be written."""
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and there is no setpriv to become somebody else")
    for path in (desk.folder, *desk.folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    command = [sys.executable, "-m", "gridworker", *desk.flags, "--json", *VISIT]
    if os.geteuid() == 0:
        if not _others_may_reach(desk.folder) or not _others_may_reach(ROOT):
            for parent in desk.folder.parents:
                if parent.name.startswith(("pytest-", "popen-", "test_")):
                    parent.chmod(0o755)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    environment = {**os.environ, "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    for path in (desk.folder, *desk.folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    if not done.stdout:
        pytest.skip(f"another user cannot even start the program here: {done.stderr[-200:]}")
    assert refused(Ended(done.returncode, done.stdout, done.stderr)) == "folder_read_only"
    assert start(*desk.flags, "--json", *VISIT).code == 0


def _others_may_reach(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in (folder, *folder.parents))


@pytest.mark.parametrize("year", [1970, 2099])
def test_a_clock_that_is_surely_wrong_stops_nobody(desk: Desk, year: int) -> None:
    """Logging and sending go on; the doctor says what is wrong."""
    moment = time.mktime((year, 6, 1, 12, 0, 0, 0, 0, -1))
    program = (
        "import sys, time\n"
        f"time.time = lambda: {moment!r}\n"
        "import gridworker.models.days as days\n"
        "days.Clock.__init__.__defaults__ = (time.time, *days.Clock.__init__.__defaults__[1:])\n"
        "import gridworker.practice.clock as practice\n"
        "practice.practice_clock = lambda real: real\n"  # the practice community would live on its own day
        "from gridworker.cli import main\n"
        "raise SystemExit(main(sys.argv[1:]))\n"
    )

    def then(*arguments: str) -> Ended:
        done = subprocess.run(
            [sys.executable, "-c", program, *desk.flags, "--json", *arguments],
            cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False,
        )  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)

    logged = then(*VISIT, "--on", "2026-11-19")
    assert logged.code == 0, logged
    assert "clock" in " ".join(then("doctor").answer["findings"])
    found = start(*desk.flags, "--json", "list", "visits", "--period", "2026-W47").answer
    assert logged.answer["no"] in {visit["no"] for visit in found}


def test_enough_is_no_error(desk: Desk) -> None:
    """`gridworker list … | head -1` ends without a traceback."""
    listing = subprocess.Popen(
        [sys.executable, "-m", "gridworker", *desk.flags, "list", "households"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    assert listing.stdout is not None and listing.stderr is not None
    listing.stdout.close()
    said = listing.stderr.read()
    listing.stderr.close()
    assert listing.wait(60) == 1
    assert said == ""
