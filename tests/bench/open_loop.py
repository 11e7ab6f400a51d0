"""Questions put to a site at their due times, whether or not earlier ones were answered.

    python -m tests.bench.open_loop URL PATH RATE SECONDS < bodies.json

Each latency counts from the moment at which its question was due, so that a stall of the site is not hidden
by questions that were not asked meanwhile. The bodies, a JSON array, are asked in turn by POST; JSON on
standard output: the latencies in seconds, and how many answers were not 200.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlsplit

from tests.bench.harness import show

Connection: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class OpenLoop:
    """The questions of one run; connections are kept and used again."""

    url: str
    path: str
    bodies: Sequence[bytes]
    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    idle: list[Connection] = field(default_factory=list)

    async def run(self, rate: float, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        began, asked = loop.time(), []
        for number in range(int(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - loop.time()))
            asked.append(asyncio.create_task(self._ask(number, due)))
        await asyncio.gather(*asked)

    async def _ask(self, number: int, due: float) -> None:
        parts = urlsplit(self.url)
        reader, writer = await self._connected(parts.hostname, parts.port)
        body = self.bodies[number % len(self.bodies)]
        head = (
            f"POST {self.path} HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        status, _, lines = answer.partition(b"\r\n")
        length = next(
            line.split(b":")[1] for line in lines.lower().splitlines() if line.startswith(b"content-length")
        )
        await reader.readexactly(int(length))
        self.latencies.append(asyncio.get_running_loop().time() - due)
        self.refused += b" 200 " not in status
        self.idle.append((reader, writer))

    async def _connected(self, host: str | None, port: int | None) -> Connection:
        """Give a connection that waits, but for those that the site closed meanwhile, or a new one."""
        while self.idle:
            reader, writer = self.idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(host, port)


def main() -> None:
    url, path, rate, seconds = sys.argv[1:]
    run = OpenLoop(url, path, [json.dumps(body).encode() for body in json.load(sys.stdin)])
    asyncio.run(run.run(float(rate), float(seconds)))
    show(json.dumps({"latencies": run.latencies, "refused": run.refused}))


if __name__ == "__main__":
    main()
