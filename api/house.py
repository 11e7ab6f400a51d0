"""The house as the doors see it: every room's outside parts, put together once by ``api.wiring``."""

from dataclasses import dataclass
from random import Random

from api.settings import Settings
from evidence.clock import Clock
from evidence.identifiers import Uscc
from evidence.keys import Signer, VerifyingKey
from identity.pool import ScanPool
from identity.vault import TemplateVault
from ledger.anchoring import Anchoring
from ledger.database import Database
from signing.held_keys import Keyring
from signing.keystore import KeyStore
from signing.objects import ObjectStore


@dataclass(frozen=True, kw_only=True)
class House:
    """What a route or the worker may need; nothing here is looked up by name anywhere else."""

    settings: Settings
    clock: Clock
    random: Random
    database: Database
    store: ObjectStore
    keystore: KeyStore
    keyring: Keyring
    vault: TemplateVault
    scans: ScanPool
    anchoring: Anchoring
    agency: Uscc
    log_signer: Signer
    verifier_signer: Signer

    @property
    def issuer(self) -> str:
        """The code of the organization that runs this house, as statements name it."""
        return self.agency.text

    @property
    def verifier_key(self) -> VerifyingKey:
        """The key that approvals are checked against."""
        return self.verifier_signer.key
