"""Runs ``yinxin verify`` in a process that may not open a socket.

An audit hook (PEP 578) refuses every socket before anything of the verifier is imported.

    python -m api.demonstration.offline var/demo/certificate.bundle
"""

import sys


class NetworkRefused(RuntimeError):  # noqa: N818  named by its reason, like every error here
    """Something tried to open a socket."""


def _refuse_sockets(event: str, _: tuple[object, ...]) -> None:
    if event.startswith("socket."):
        raise NetworkRefused(event)


if __name__ == "__main__":
    sys.addaudithook(_refuse_sockets)
    from api.commands import main

    sys.exit(main(["verify", *sys.argv[1:]]))
