"""DEFLATE streams of many kinds, whole and damaged, with what ``evidence.deflate`` reads in them."""

import base64
import zlib
from collections.abc import Iterator
from random import Random

from evidence.deflate import inflate

COUNT = 1500
_RAW = -15
_STRATEGIES = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED)


def streams() -> Iterator[dict[str, object]]:
    """The same streams each time; ``content`` is None where it must be refused."""
    random = Random(20261127)  # noqa: S311  the same streams for everybody
    for _ in range(COUNT):
        stream, limit = _stream(random), random.choice((100, 1000, 4096))
        try:
            content = base64.b64encode(inflate(stream, limit=limit)).decode()
        except (ValueError, IndexError):
            content = None
        yield {"stream": base64.b64encode(stream).decode(), "limit": limit, "content": content}


def _stream(random: Random) -> bytes:
    compressor = zlib.compressobj(
        random.randrange(10), zlib.DEFLATED, _RAW, random.randrange(1, 10), random.choice(_STRATEGIES)
    )
    stream = compressor.compress(_content(random))
    if random.random() < 1 / 3:
        stream += compressor.flush(random.choice((zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH)))
        stream += compressor.compress(_content(random))
    stream += compressor.flush()
    return stream if random.random() < 1 / 3 else _damaged(random, bytearray(stream))


def _content(random: Random) -> bytes:
    match random.randrange(4):
        case 0:
            return random.randbytes(random.randrange(400))
        case 1:
            return bytes(random.randrange(3000))
        case 2:
            return ("示范市滨河路" * random.randrange(20)).encode() + random.randbytes(random.randrange(30))
        case _:
            return bytes(min(255, int(random.expovariate(0.05))) for _ in range(random.randrange(1500)))


def _damaged(random: Random, stream: bytearray) -> bytes:
    match random.randrange(5):
        case 0 | 1:
            stream[random.randrange(min(len(stream), 60))] ^= 1 << random.randrange(8)
        case 2:
            del stream[random.randrange(len(stream)) :]
        case 3:
            stream += random.randbytes(random.randrange(1, 4))
        case _:
            stream[-1] |= 1 << random.randrange(8)
    return bytes(stream)
