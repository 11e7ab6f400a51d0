"""A consortium on one machine: its founding, its start and stop, and its votes.

The folder holds ``network.json`` (who there is), ``genesis.json`` (the first block), ``submitter`` (the
key of the chain account with money) and a numbered folder for each validator.
"""

import json
import secrets
import shutil
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from ledger.chain import Address
from ledger.transactions import ChainAccount
from network import engine
from network.genesis import Genesis, needed, require_validators
from network.validator import Ports, Validator, create

CHAIN_ID = 370_200
VALIDATORS = 4  # the fewest that go on when one is down and still need more than half of all


@dataclass
class Consortium:
    """``validators`` of one network in ``folder``; ``account`` pays."""

    folder: Path
    account: ChainAccount
    validators: list[Validator]

    def start(self) -> None:
        """Start every validator that does not run, and wait until all answer."""
        for each in self.validators:
            if not each.runs:
                self._start(each)
        for each in self.validators:
            each.wait()

    def stop(self) -> None:
        """Stop every validator."""
        for each in self.validators:
            if each.process is not None:
                each.process.terminate()
        for each in self.validators:
            each.stop()

    def revive(self, validator: Validator) -> None:
        """Start ``validator`` again where it was, and wait until it answers."""
        self._start(validator)
        validator.wait()

    def join(self) -> Validator:
        """Add a validator with new keys, which follows the chain and seals nothing until it is admitted."""
        ports = _free_ports()
        number = len(self.validators) + 1
        added = create(self.folder / str(number), ports)
        _initialize(added, self.folder / "genesis.json")
        self.validators.append(added)
        _write(self.folder, self.validators)
        self.revive(added)
        return added

    def sealing(self) -> frozenset[Address]:
        """Give the addresses that may seal, as the first running validator knows them."""
        running = next(each for each in self.validators if each.runs)
        return frozenset(Address(bytes.fromhex(each[2:])) for each in running.ask("clique_getSigners"))

    def vote(self, about: Validator, *, admit: bool) -> None:
        """Let as many running validators as it takes vote to admit or remove ``about``.

        A vote is cast with the next block that its voter seals; a voter withdraws it with ``settle_votes``.
        """
        sealing = self.sealing()
        voters = [each for each in self.validators if each.runs and each.address in sealing]
        for each in voters[: needed(len(sealing))]:
            each.ask("clique_propose", "0x" + about.address.hex(), admit)

    def settle_votes(self, about: Validator) -> None:
        """Take every vote about ``about`` off the lists, after it is decided."""
        for each in self.validators:
            if each.runs:
                each.ask("clique_discard", "0x" + about.address.hex())

    def _start(self, validator: Validator) -> None:
        validator.start([each.enode for each in self.validators if each is not validator])


def found(folder: Path, *, validators: int = VALIDATORS, period_seconds: int = 1) -> Consortium:
    """Make a consortium of ``validators`` with new keys in ``folder``; nothing is started.

    It is made beside ``folder`` and put there when it is whole.

    Raises:
        NetworkUnfit: there are no validators.
    """
    require_validators(validators)
    making = folder.with_name(folder.name + ".new")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    made = [create(making / str(number), _free_ports()) for number in range(1, validators + 1)]
    account = ChainAccount(secrets.token_bytes(32))
    sealing = tuple(each.address for each in made)
    first = Genesis(CHAIN_ID, period_seconds, validators=sealing, funded=(account.address,))
    (making / "genesis.json").write_text(json.dumps(first.document(), indent=1))
    (making / "submitter").touch(mode=0o600)
    (making / "submitter").write_text(account.secret.hex())
    for each in made:
        _initialize(each, making / "genesis.json")
    _write(making, made)
    making.rename(folder)
    return reopen(folder)


def reopen(folder: Path) -> Consortium:
    """Give the consortium that was founded in ``folder``; nothing is started."""
    account = ChainAccount(bytes.fromhex((folder / "submitter").read_text()))
    listed = json.loads((folder / "network.json").read_text())
    validators = [
        Validator(
            folder / str(number),
            address=Address(bytes.fromhex(each["address"])),
            enode=each["enode"],
            ports=Ports(**each["ports"]),
        )
        for number, each in enumerate(listed, start=1)
    ]
    return Consortium(folder, account, validators)


def _write(folder: Path, validators: list[Validator]) -> None:
    listed = [
        {"address": each.address.hex(), "enode": each.enode, "ports": asdict(each.ports)}
        for each in validators
    ]
    (folder / "network.json").write_text(json.dumps(listed, indent=1))


def _initialize(validator: Validator, genesis: Path) -> None:
    engine.run(f"--datadir={validator.folder}", "--state.scheme=hash", "init", str(genesis))


def _free_ports() -> Ports:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    peers, rpc, authenticated = (probe.getsockname()[1] for probe in probes)
    for probe in probes:
        probe.close()
    return Ports(peers, rpc, authenticated)
