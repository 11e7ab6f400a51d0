"""A chain node that a reader names: what may be asked, and how far the page's policy opens for it."""

import pytest

from api.rpc_address import NodeAddressUnusable, rpc_origin
from tests.quiet_city import QuietCity


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://node.example", "https://node.example"),
        (" https://Node.Example:8545/ ", "https://node.example:8545"),
        ("http://localhost:8545", "http://localhost:8545"),
        ("http://127.0.0.1:8545/", "http://127.0.0.1:8545"),
        ("https://10.0.0.7:8545", "https://10.0.0.7:8545"),
    ],
)
def test_an_address_gives_its_origin(text: str, origin: str) -> None:
    assert rpc_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "node.example",
        "http://node.example",
        "http://localhost.example",
        "http://127.0.0.1.example",
        "ws://localhost:8545",
        "javascript:alert(1)",
        "https://",
        "https://*",
        "https://*.example",
        "https://node.example/key",
        "https://node.example?key=1",
        "https://node.example?",
        "https://node.example#",
        "https://user:word@node.example",
        "https://node.example; script-src *",
        "https://node.example script-src *",
        "https://node.example, *",
        "https://node.example:0x1",
        "https://node.example:99999",
        "https://[::1]:8545",
        "https://[::1",
        "https://-node.example",
        "https://结点.example",
        "https://node.example\r\nset-cookie: a=b",
        f"https://{'n' * 300}.example",
    ],
)
def test_what_could_widen_the_policy_further_is_refused(text: str) -> None:
    with pytest.raises(NodeAddressUnusable):
        rpc_origin(text)


def test_only_the_page_that_was_asked_for_may_ask_the_node_and_only_that_one(city: QuietCity) -> None:
    path, name = "/ledger/entries/0", "content-security-policy"
    usual = city.visitor.get(path).headers[name]
    widened = city.visitor.get(path, params={"rpc": "http://127.0.0.1:8545/"}).headers[name]
    assert "connect-src 'self';" in usual
    assert widened == usual.replace("connect-src 'self'", "connect-src 'self' http://127.0.0.1:8545")
    assert city.visitor.get(path).headers[name] == usual


def test_an_address_that_may_not_be_asked_is_one_sentence_and_opens_nothing(city: QuietCity) -> None:
    answer = city.visitor.get("/ledger/entries/0", params={"rpc": "http://node.example"})
    assert answer.status_code == 422
    assert answer.text.count("节点地址应为") == 1
    assert "connect-src 'self';" in answer.headers["content-security-policy"]
