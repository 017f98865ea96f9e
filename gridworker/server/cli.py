"""`gridworker-server`: make a server, run it, invite people, see and revoke their devices. Prints text, or one JSON
object per line with --json."""

from __future__ import annotations

import argparse
import ipaddress
import json
import logging
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from gridworker.errors import GridworkerError, NotFound, PlainHttpRefused
from gridworker.models.days import Clock
from gridworker.server import auth
from gridworker.server.database import ServerDatabase, only_domain

Say = Callable[..., None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 for success, 1 for an error a person can act on."""
    asked = _parser().parse_args(arguments)
    try:
        _COMMANDS[asked.command](asked, _printer(json_lines=asked.json))
    except GridworkerError as error:
        facts = {name: str(value) for name, value in error.values.items()}
        if asked.json:
            print(json.dumps({"error": error.code, **facts}, ensure_ascii=False), file=sys.stderr)
        else:
            print(f"gridworker-server: {error}", file=sys.stderr)
        return 1
    except OSError as error:  # a port in use, a certificate that is not there or is none
        facts = {"why": error.strerror or type(error).__name__, "file": str(error.filename or "")}
        if asked.json:
            print(json.dumps({"error": "system", **facts}, ensure_ascii=False), file=sys.stderr)
        else:
            print(f"gridworker-server: {facts['why']} {facts['file']}".rstrip(), file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, required=True, help="the server's folder")
    common.add_argument("--json", action="store_true", help="print JSON, one object per line")
    parser = argparse.ArgumentParser(prog="gridworker-server", description="The server of a community.")
    commands = parser.add_subparsers(dest="command", required=True)
    init = commands.add_parser("init", parents=[common], help="make a server with one community")
    init.add_argument("--practice", action="store_true", help="the invented practice community")
    for flag, words in (
        ("--name", "the community's name"),
        ("--code", "its 12-digit code"),
        ("--secretary", "the secretary's name"),
        ("--login", "the secretary's login"),
    ):
        init.add_argument(flag, help=words)
    serve = commands.add_parser("serve", parents=[common], help="answer devices until stopped")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8440, help="0 takes any free port")
    serve.add_argument("--cert", type=Path, help="TLS certificate chain (PEM)")
    serve.add_argument("--key", type=Path, help="TLS private key (PEM)")
    invite = commands.add_parser(
        "invite", parents=[common], help="print a one-time code, good for 15 minutes"
    )
    invite.add_argument("--login", required=True)
    commands.add_parser("devices", parents=[common], help="list the enrolled devices")
    revoke = commands.add_parser("revoke", parents=[common], help="stop a device at once")
    revoke.add_argument("--device", type=int, required=True, metavar="NUMBER")
    return parser


def _printer(*, json_lines: bool) -> Say:
    def say(text: str, **facts: object) -> None:
        print(json.dumps(facts, ensure_ascii=False) if json_lines else text, flush=True)

    return say


def _open(asked: argparse.Namespace) -> ServerDatabase:
    return ServerDatabase.open(asked.data, Clock())


def _init(asked: argparse.Namespace, say: Say) -> None:
    from gridworker.server.init import found, practice_beginning, real_beginning
    from gridworker.services.founding import Founding

    clock, total = Clock(), 0
    if asked.practice:
        beginning, total = practice_beginning()
    else:
        missing = [flag for flag in ("name", "code", "secretary", "login") if not getattr(asked, flag)]
        if missing:
            raise SystemExit(f"gridworker-server init: --practice, or --{' --'.join(missing)} is missing")
        beginning = real_beginning(
            Founding(asked.name, asked.code, asked.secretary, asked.login, clock.today())
        )

    def progress(rows: int) -> None:
        if total and not asked.json:
            print(f"{rows} / {total}", file=sys.stderr)

    database = found(asked.data, beginning, clock, progress)
    with database.read() as connection:
        domain = only_domain(connection)
    database.close()
    say(f"{domain.name} ({domain.code})", community=domain.name, code=domain.code, rows=domain.head)


def _invite(asked: argparse.Namespace, say: Say) -> None:
    database = _open(asked)
    try:
        with database.write() as connection:
            domain = only_domain(connection)
            account = auth.account_by(connection, domain.id, "login", asked.login)
            if account is None:
                raise NotFound(login=asked.login)
            code = auth.invite(connection, domain, database.pepper, account, database.clock.milliseconds())
    finally:
        database.close()
    say(code, code=code, login=account.login, minutes=auth.CODE_MS // 60_000)


def _devices(asked: argparse.Namespace, say: Say) -> None:
    database = _open(asked)
    with database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT number, login, state, app, last_seq FROM device WHERE domain_id = ? ORDER BY number",
            (only_domain(connection).id,),
        ).fetchall()
    database.close()
    for number, login, state, app, last_seq in rows:
        say(
            f"{number:02d}  {state:8}  {login or '-':16}  {app}",
            number=number,
            login=login,
            state=state,
            app=app,
            last_seq=last_seq,
        )


def _revoke(asked: argparse.Namespace, say: Say) -> None:
    database = _open(asked)
    try:
        with database.write() as connection:
            domain = only_domain(connection)
            if not auth.revoke_device(connection, domain.id, asked.device, database.clock.milliseconds()):
                raise NotFound(device=asked.device)
    finally:
        database.close()
    say(f"device {asked.device:02d} revoked", number=asked.device, state="revoked")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _serve(asked: argparse.Namespace, say: Say) -> None:
    """Serve until interrupted. Anything but loopback needs TLS."""
    if (asked.cert is None) is not (asked.key is None):
        raise SystemExit("gridworker-server serve: --cert and --key go together")
    secure = asked.cert is not None
    if not secure and not _is_loopback(asked.host):
        raise PlainHttpRefused(url=f"http://{asked.host}:{asked.port}")
    import uvicorn

    from gridworker.server.app import create_app
    from gridworker.server.service import Service

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    door = _listen(asked.host, asked.port)
    try:
        database = _open(asked)
    except BaseException:
        door.close()
        raise
    port = door.getsockname()[1]
    config = uvicorn.Config(
        create_app(Service(database)),
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        ssl_certfile=asked.cert if secure else None,
        ssl_keyfile=asked.key if secure else None,
    )
    url = f"{'https' if secure else 'http'}://{asked.host}:{port}"
    say(f"listening on {url}", event="ready", url=url, port=port)
    try:
        uvicorn.Server(config).run(sockets=[door])
    finally:
        door.close()
        database.close()


def _listen(host: str, port: int) -> socket.socket:
    """The listening socket, bound before anything is printed, so that a reader of the port may connect at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, accepted connections send small answers at once (no Nagle: 40 ms each otherwise).
    door = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen(128)
    except BaseException:
        door.close()
        raise
    return door


_COMMANDS: dict[str, Callable[[argparse.Namespace, Say], None]] = {
    "init": _init,
    "serve": _serve,
    "invite": _invite,
    "devices": _devices,
    "revoke": _revoke,
}
