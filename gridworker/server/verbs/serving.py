"""`serve`: the server as a process that answers until it is stopped."""

from __future__ import annotations

import argparse
import gc
import ipaddress
import logging
import socket
import sys

from gridworker.errors import PlainHttpRefused
from gridworker.server.verbs.asked import Say, opened

#: How long (s) an idle connection stays open: longer than who must come again is told to wait, or they would find it
#: closed in the moment they use it.
KEEP_ALIVE = 30
#: How long (s) the end waits for answers under way, and for the farewell of laptops that keep a connection, which TLS
#: alone would wait for half a minute. Who loses an answer asks again.
STOP_SECONDS = 10


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def serve(asked: argparse.Namespace, say: Say) -> None:
    """Serve until interrupted. Anything but loopback needs TLS."""
    if (asked.cert is None) is not (asked.key is None):
        raise SystemExit("gridworker-server serve: --cert and --key go together")
    if asked.copies < 1:
        raise SystemExit("gridworker-server serve: --copies is at least 1")
    secure = asked.cert is not None
    if not secure and not _is_loopback(asked.host):
        raise PlainHttpRefused(url=f"http://{asked.host}:{asked.port}")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    doors = [listen(asked.host, asked.port)]
    try:
        if asked.metrics_port is not None:
            doors.append(listen("127.0.0.1", asked.metrics_port))
        _answer(asked, say, doors, secure=secure)
    finally:
        for door in doors:
            door.close()


def _answer(asked: argparse.Namespace, say: Say, doors: list[socket.socket], *, secure: bool) -> None:
    import uvicorn

    from gridworker.server.app import create_app
    from gridworker.server.service import Service

    port, *numbers = (door.getsockname()[1] for door in doors)
    with opened(asked) as database:
        config = uvicorn.Config(
            create_app(Service(database), copies=asked.copies, numbers_port=numbers[0] if numbers else None),
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            lifespan="off",
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=STOP_SECONDS,
            ssl_certfile=asked.cert if secure else None,
            ssl_keyfile=asked.key if secure else None,
        )
        url = f"{'https' if secure else 'http'}://{asked.host}:{port}"
        facts = {"metrics_port": numbers[0]} if numbers else {}
        spare_the_collector()
        say(f"listening on {url}", event="ready", url=url, port=port, **facts)
        uvicorn.Server(config).run(sockets=doors)


def spare_the_collector() -> None:
    """A batch makes tens of thousands of values and hardly a ring among them: looked for every 700 values, through all
    modules each time, rings cost a third of judging it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def listen(host: str, port: int) -> socket.socket:
    """The listening socket, bound before anything is printed, so that a reader of the port may connect at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, accepted connections send small answers at once (no Nagle: 40 ms each otherwise).
    door = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen(512)
    except BaseException:
        door.close()
        raise
    return door
