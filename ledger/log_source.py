"""The port to somebody's log as anyone may read it: its checkpoint, its tiles, its entries.

What it gives is believed only after it was hashed up to a root that the log's key signed
(``ledger.mirror``). Places and widths are those of ``ledger.tiles``.

Source: C2SP tlog-tiles (c2sp.org).
"""

from typing import Protocol

from evidence.errors import Unavailable
from ledger.tiles import Place


class LogUnavailable(Unavailable):
    """The log did not answer, or not as a log does. Facts: ``log``, ``reason``."""

    code = "log-unavailable"
    zh = "账本 {log} 暂时无法读取（{reason}）；请检查网址与网络，稍后重试。"
    en = "The log at {log} cannot be read ({reason}); check its address and the network, then try again."


class LogSource(Protocol):
    """A log to be read; every method raises LogUnavailable when it does not answer."""

    def checkpoint(self) -> str:
        """Give the latest checkpoint, a signed note."""
        ...

    def recorded(self) -> int | None:
        """Give how many entries the log says it has, signed for or not; None when it does not say."""
        ...

    def tile(self, place: Place, *, level: int) -> bytes | None:
        """Give the hashes at ``place`` of ``level``, 32 bytes each; None when the log has no such tile."""
        ...

    def bundle(self, place: Place) -> bytes | None:
        """Give the entries at ``place``, each after its length in two bytes; None when the log has none."""
        ...
