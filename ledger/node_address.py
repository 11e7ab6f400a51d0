"""The address of a chain's node, as a setting or an argument names it.

checked("http://127.0.0.1:8545") == "http://127.0.0.1:8545"
"""

from urllib.parse import urlsplit

import httpx

from evidence.errors import Refused


class NodeAddressMalformed(Refused):
    """A text is no address of a node; it is not repeated, because it may hold a password."""

    code = "node-address-malformed"
    zh = "链节点的网址写法不对，应为 http://主机:端口 或 https://…；请检查 --chain 或 YINXIN_CHAIN_URL。"
    en = (
        "The node's address is malformed; write http://host:port or https://…. See --chain, YINXIN_CHAIN_URL."
    )


def checked(address: str) -> str:
    """Give ``address`` back.

    Raises:
        NodeAddressMalformed: it is no HTTP address.
    """
    try:
        parts = urlsplit(address)
        _ = (parts.port, httpx.URL(address))
    except (ValueError, httpx.InvalidURL):
        raise NodeAddressMalformed from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NodeAddressMalformed
    return address
