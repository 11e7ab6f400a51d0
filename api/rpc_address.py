"""The address of a chain node that a reader names, so that the reader's own browser may ask that node.

Pages may connect to this site alone. A page that was asked for with a node's address may connect to exactly
that origin besides: a scheme, a host and a port, nothing that could widen the policy further. Plain HTTP goes
to the reader's own machine only.

    rpc_origin("https://node.example:8545/") == "https://node.example:8545"

Source: Content Security Policy Level 3, section 2.3.1 (host-source; it has no form for an IPv6 address).
"""

import re
from urllib.parse import urlsplit

from evidence.errors import Invalid

LONGEST = 300  # characters; a host name has at most 253

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_LOOPBACK = frozenset({"localhost", "127.0.0.1"})


class NodeAddressUnusable(Invalid):
    """A text is no origin that a page may connect to."""

    code = "node-address-unusable"
    zh = "节点地址应为 https://主机[:端口]；只有本机（localhost 或 127.0.0.1）可以用 http，且不带路径。"
    en = (
        "Give the node as https://host[:port]; only your own machine (localhost or 127.0.0.1) may be asked "
        "by http, and no path may follow."
    )


def rpc_origin(text: str) -> str:
    """Give the origin of the node at the address ``text``.

    Raises:
        NodeAddressUnusable: it is not one, or may not be asked.
    """
    try:
        parts = urlsplit(text.strip()[:LONGEST])
        port = parts.port
    except ValueError as error:
        raise NodeAddressUnusable from error
    host = (parts.hostname or "").lower()
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    bare = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
    if not secure or not bare or not _HOST.fullmatch(host) or text.strip().endswith(("?", "#")):
        raise NodeAddressUnusable
    return f"{parts.scheme}://{host}" + ("" if port is None else f":{port}")
