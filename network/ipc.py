"""One question to a geth by the socket in its folder, where only its own machine's administrator gets."""

import json
import socket
from pathlib import Path
from typing import Any

from evidence.errors import Unavailable

TIME_OUT_SECONDS = 10.0
PATH_LIMIT = 100  # bytes; a socket's path holds 107 on Linux, 103 elsewhere


class ValidatorSilent(Unavailable):
    """A validator did not answer its own machine."""

    code = "validator-silent"
    zh = "验证节点 {folder} 没有应答（{reason}）；请查看其中的 geth.log。"
    en = "The validator in {folder} does not answer ({reason}); read the geth.log in it."


def ask(path: Path, method: str, *parameters: object) -> Any:
    """Ask the geth behind the socket ``path``.

    Raises:
        ValidatorSilent: nobody answers there, or the answer is an error.
    """
    question = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(TIME_OUT_SECONDS)
            line.connect(str(path))
            line.sendall(json.dumps(question).encode())
            answer: dict[str, Any] = json.loads(line.makefile("rb").readline())
    except (OSError, ValueError) as error:
        raise ValidatorSilent(folder=path.parent, reason=error) from error
    if "error" in answer:
        raise ValidatorSilent(folder=path.parent, reason=answer["error"]["message"])
    return answer["result"]
