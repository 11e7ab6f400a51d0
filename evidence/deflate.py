"""Raw DEFLATE with a limit on what comes out, and nothing hidden behind or inside what went in.

Compressors differ in which of many encodings they choose, so that a checker cannot compress again and
compare: with another zlib it would refuse genuine evidence. What can be required is that the stream ends
with the input's last byte and that the unused bits of that byte are zero.

Source: RFC 1951.
"""

import zlib

_RAW = -15  # window bits: no zlib header, no checksum; a signature covers the content
_BEST = 9


def deflate(content: bytes) -> bytes:
    """Return ``content`` as one raw DEFLATE stream."""
    compressor = zlib.compressobj(_BEST, zlib.DEFLATED, _RAW)
    return compressor.compress(content) + compressor.flush()


def inflate(compressed: bytes, *, limit: int) -> bytes:
    """Return the content of one raw DEFLATE stream of at most ``limit`` bytes of content.

    Raises:
        ValueError: it is broken, cut off, followed by more, longer than ``limit``, or has unused bits set.
    """
    content = _inflate(compressed, limit)
    if content is None:
        raise ValueError("not exactly one DEFLATE stream within the limit")
    last = compressed[-1]
    if last:
        without_highest_bit = last & ~(1 << last.bit_length() - 1)
        if _inflate(compressed[:-1] + bytes([without_highest_bit]), limit) == content:
            raise ValueError("unused bits after the DEFLATE stream are set")
    return content


def _inflate(compressed: bytes, limit: int) -> bytes | None:
    inflator = zlib.decompressobj(_RAW)
    try:
        content = inflator.decompress(compressed, limit + 1)
    except zlib.error:
        return None
    whole = inflator.eof and not inflator.unused_data and len(content) <= limit
    return content if whole else None
