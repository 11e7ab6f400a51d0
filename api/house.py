"""The house as the doors see it: every room's outside parts, put together once by ``api.wiring``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.bulk_issuing.asked import RowReferences
from api.page_images import PageDrawer
from api.settings import Settings
from api.software import Software
from evidence.clock import Clock
from evidence.identifiers import Uscc
from evidence.keys import Signer, VerifyingKey
from identity.attempts import OriginMask
from identity.challenge_limits import Embedded
from identity.couriers import Couriers
from identity.error_curve import ErrorCurve
from identity.one_at_a_time import OneAtATime
from identity.one_time_codes import OneTimeCodes
from identity.open_scans import OpenScans
from identity.portraits import EnrollmentPolicy, PortraitPool
from identity.scans import ScanPolicy
from identity.vault import TemplateVault
from identity.webauthn import RelyingParty
from ledger.anchoring import Anchoring
from ledger.chain import Chain
from ledger.database import Database
from ledger.registry import Founding
from registers.source import RegisterSource
from signing.assembly import Workshop
from signing.certificate_issue import Press
from signing.certificates import Agency
from signing.exhibits import Archive
from signing.held_keys import Keyring
from signing.objects import ObjectStore
from signing.timestamps import TimestampAuthority
from signing.typesetting import Typesetter


@dataclass(frozen=True, kw_only=True, eq=False)
class House:
    """What a route or the worker may need; nothing here is looked up by name anywhere else.

    ``verifier_signer`` is the identity verifier's key, ``log_signer`` the log's Ed25519 key.
    ``timestamps`` is the house's own authority, which answers anyone, whoever stamps the PDFs.
    ``founding`` is what the registry of organizations begins with, where this house deploys it.
    ``framed_by`` is the origin of the page that holds ours in a frame, for a request out of that frame, and
    ``embedded`` says which frame that is.
    """

    settings: Settings
    clock: Clock
    database: Database
    chain: Chain
    anchoring: Anchoring
    founding: Founding
    store: ObjectStore
    typesetter: Typesetter
    keyring: Keyring
    workshop: Workshop
    press: Press
    archive: Archive
    vault: TemplateVault
    scans: PortraitPool
    pages: PageDrawer
    scan_policy: ScanPolicy
    error_curve: ErrorCurve
    origins: OriginMask
    couriers: Couriers
    codes: OneTimeCodes
    enrollment_policy: EnrollmentPolicy
    enrolling: OneAtATime
    open_scans: OpenScans[Any]
    log_signer: Signer
    verifier_signer: Signer
    registers: RegisterSource
    timestamps: TimestampAuthority
    software: Software
    references: RowReferences
    framed_by: str | None = None
    embedded: Embedded | None = None

    @property
    def folder(self) -> Path:
        """Where the house keeps what it keeps."""
        return self.settings.folder

    @property
    def agency(self) -> Agency:
        """The agency that issues certificates here."""
        return self.press.agency

    @property
    def operator(self) -> Uscc:
        """The organization that runs this house."""
        return self.keyring.platform.uscc

    @property
    def issuer(self) -> str:
        """The operator's code, as statements name it."""
        return self.operator.text

    @property
    def relying_party(self) -> RelyingParty:
        """Whom device keys are bound to: the host of the public address, which alone may ask them."""
        return RelyingParty.at(self.settings.public_url, name=self.settings.city_zh, framed_by=self.framed_by)

    @property
    def verifier_key(self) -> VerifyingKey:
        """The key that approvals are checked against."""
        return self.verifier_signer.key
