"""The story's bad line: stands between the laptops and the server and loses the first answers, after the server has
done its work. Run as `python -m gridworker.commands.story_proxy PORT SERVER_PORT LOSE`; prints its port."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys

_PIECE = 65_536


class Line:
    """Passes bytes both ways; of the first `lose` connections that were answered, not one byte comes back."""

    def __init__(self, server_port: int, lose: int) -> None:
        self._server_port, self._lose = server_port, lose
        self.lost = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self._server_port)
        with contextlib.suppress(OSError):  # a side that hung up ends the connection, as on any line
            await asyncio.gather(_pass(reader, to_server), self._back(from_server, writer))
        for end in (writer, to_server):
            end.close()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_PIECE):
            if self.lost < self._lose:
                self.lost += 1
                writer.transport.abort()
                return
            writer.write(piece)
            await writer.drain()
        writer.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(_PIECE):
        writer.write(piece)
        await writer.drain()
    writer.close()


async def _run(port: int, server_port: int, lose: int) -> None:
    server = await asyncio.start_server(Line(server_port, lose).serve, "127.0.0.1", port)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_run(*map(int, sys.argv[1:4])))
