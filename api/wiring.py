"""Wiring: the place that names adapters, api.house_keys beside it. Opens in order, closes in reverse.

1. the secret, then PostgreSQL and its migrations, then the chain;
2. the key store and the keys of the house, each certified once;
3. the rooms' own parts: workshop, press, archive, scans, anchoring.

    with open_house(settings) as house:
        app = create_app(house)
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from api import hardhat, migrations
from api.activating import keyring_of
from api.assets.build import read_manifest
from api.bulk_issuing.asked import RowReferences
from api.demonstration.registers import registers as demonstration_registers
from api.founding import founding
from api.house import House
from api.house_keys import CERTIFIED, HouseKeys, derived, key, open_keys, secret_of
from api.message_couriers import couriers_of
from api.national import sm2_keys_of
from api.page_images import PageDrawer
from api.production import chain_account, refuse_demonstration, refuse_doubles, refuse_superuser
from api.register_file import read_places
from api.settings import ROOT, UNSEEN, SettingMalformed, Settings
from api.software import Software, software_of
from api.timestamping import stamper_of
from evidence.algorithms import Algorithm
from evidence.clock import Clock, SystemClock
from evidence.errors import Unavailable
from evidence.identifiers import Uscc
from identity.attempts import OriginMask
from identity.couriers import Couriers
from identity.error_curve import ErrorCurve, read_curve
from identity.face_models import FusedMatcher
from identity.one_at_a_time import OneAtATime
from identity.one_time_codes import OneTimeCodes
from identity.open_scans import OpenScans
from identity.portraits import PortraitPool, enrollment_policy
from identity.scan_policies import scan_policy
from identity.scans import ScanPolicy
from identity.vault import TemplateVault
from ledger import postgres, roles
from ledger.anchoring import Anchoring, AnchoringPolicy
from ledger.chain_web3 import Web3Chain
from ledger.database import Database
from ledger.transactions import ChainAccount, Fees
from registers.source import RegisterSource
from registers.source_http import HttpRegisters
from signing import key_certificates
from signing.assembly import Workshop
from signing.certificate_issue import Press
from signing.certificates import Agency
from signing.exhibits import Archive
from signing.held_keys import Keyring
from signing.keystore import KeyHandle, KeyStore
from signing.objects_folder import FolderObjectStore
from signing.typesetting import Typesetter

DOUBLE = KeyHandle("registers:double")
WEI_PER_GWEI = 1_000_000_000


class DatabaseUnreachable(Unavailable):
    """The database named by its URL does not answer. Facts: ``place``."""

    code = "database-unreachable"
    zh = "数据库 {place} 无法连接。请确认它已启动、地址与密码正确，然后重试。"
    en = "The database at {place} cannot be reached; see that it runs and the password is right."


class AssetsMissing(Unavailable):
    """A third-party file was not brought in. Facts: ``path``."""

    code = "assets-missing"
    zh = "缺少文件 {path}。请运行 make assets，然后重试。"
    en = "The file {path} is missing. Run make assets, then try again."


@dataclass(frozen=True)
class Operator:
    """Who runs the house and issues its certificates; ``area`` is its six-digit administrative code."""

    uscc: Uscc
    name: str
    area: str


def _require_assets() -> None:
    """See that every third-party file is there, before anything is started.

    Raises:
        AssetsMissing: names the first one that is not.
    """
    for asset in read_manifest():
        if not (ROOT / asset.target).is_file():
            raise AssetsMissing(path=asset.target)


@contextmanager
def open_database(settings: Settings, *, as_owner: bool = False) -> Iterator[Database]:
    """Open the migrated database, embedded or by URL; leaving the block closes what was started.

    ``as_owner`` is for bringing a lost log back: it works as the role that owns the tables, if there is one.

    Raises:
        PostgresNotStarted, DatabaseUnreachable, SettingMalformed: there is none.
        SuperuserInProduction, DemonstrationInProduction: production may not work with it.
    """
    with ExitStack() as closing:
        url, owner, revive = settings.database_url, settings.database_owner_url, None
        if url is None:
            embedded = postgres.start(settings.folder / "postgres")
            closing.callback(embedded.stop)
            roles.prepare(embedded.url)
            url, owner = roles.acting(embedded.url, roles.WORKING), roles.acting(embedded.url, roles.OWNER)
            revive = embedded.revive
        _migrate(url, owner)
        database = Database((owner or url) if as_owner else url, revive=revive)
        closing.callback(database.close)
        if not settings.demonstration:
            refuse_superuser(database)
            refuse_demonstration(database)
        yield database


def _migrate(url: str, owner: str | None) -> None:
    """Migrate as ``owner``, who lets the role of ``url`` work with the tables; without one, as that role."""
    working = _place(url, "YINXIN_DATABASE_URL")
    place = working if owner is None else _place(owner, "YINXIN_DATABASE_OWNER_URL")
    try:
        migrations.upgrade(owner or url, working=None if owner is None else working.username)
    except OperationalError as error:
        raise DatabaseUnreachable(place=f"{place.host or ''}/{place.database}") from error


def _place(url: str, setting: str) -> URL:
    form = "postgresql+psycopg://user:password@host/name"
    try:
        place = make_url(url)
    except ArgumentError:  # its message quotes the address, which may hold a password
        raise SettingMalformed(setting=setting, value=UNSEEN, allowed=form) from None
    if place.drivername != "postgresql+psycopg":
        raise SettingMalformed(setting=setting, value=UNSEEN, allowed=form)
    return place


def _chain(settings: Settings, closing: ExitStack) -> Web3Chain:
    url = settings.chain_url
    if url is None:
        local = hardhat.start(log=settings.folder / "log" / "hardhat.log")
        closing.callback(local.stop)
        url = local.url
    return Web3Chain.at(url)


def _registers(settings: Settings, keystore: KeyStore, clock: Clock, closing: ExitStack) -> RegisterSource:
    """Give the registers of the settings; without any, a double that holds the demonstration city."""
    if settings.registers is not None:
        asked = HttpRegisters(read_places(settings.registers), clock=clock)
        closing.callback(asked.close)
        return asked
    return demonstration_registers(key(keystore, DOUBLE, Algorithm.ES256), clock=clock)


def _keys(
    settings: Settings, secret: bytes, operator: Operator, *, database: Database, clock: Clock
) -> HouseKeys:
    """Open the keys of the house, and record each certificate that is not recorded yet."""

    def standing(handle: KeyHandle) -> None:
        with database.transaction() as session:
            key_certificates.check_standing(session, handle)

    keys = open_keys(
        settings, secret, uscc=operator.uscc, name=operator.name, clock=clock, check_standing=standing
    )
    with database.transaction() as session:
        key_certificates.record_missing(session, CERTIFIED, keystore=keys.keystore)
    return keys


def _fees(settings: Settings) -> Fees:
    cap = settings.chain_fee_cap * WEI_PER_GWEI
    return Fees(limit=cap, tip=min(Fees().tip, cap))


@contextmanager
def open_house(settings: Settings, operator: Operator) -> Iterator[House]:
    """Open the house of ``operator``; leaving the block closes all that was started.

    Raises:
        SettingMissing, PublicChainKey, DoubleInProduction, DemonstrationInProduction: production is unsafe.
        CurveMalformed: the measured curve of the face comparison cannot be read.
        AssetsMissing, NodeMissing, ChainNotInstalled, ChainNotStarted, PostgresNotStarted,
            DatabaseUnreachable: a part is not there or did not start.
    """
    settings.require_ready()
    account = chain_account(settings)
    policy = scan_policy(settings.face_false_accepts, flash=settings.face_flash)
    curve = read_curve(settings.face_curve, model=policy.threshold.model)
    _require_assets()
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as closing:
        clock = SystemClock()
        secret = secret_of(settings)
        scans = PortraitPool(FusedMatcher, workers=settings.face_workers)
        closing.callback(scans.close)
        pages = PageDrawer()
        closing.callback(pages.close)
        database = closing.enter_context(open_database(settings))
        chain = _chain(settings, closing)
        sm2 = sm2_keys_of(settings, derived(secret, "keystore"))
        keys = _keys(settings, secret, operator, database=database, clock=clock)
        store = FolderObjectStore(settings.folder / "objects")
        registers = _registers(settings, keys.keystore, clock, closing)
        couriers = couriers_of(settings)
        software = software_of(settings, secret)
        closing.callback(software.webhook_post.close)
        if not settings.demonstration:
            refuse_doubles(scans, keys.keystore, store, chain, registers, *couriers.values())
        yield _house(
            settings,
            operator,
            keys=keys,
            keyring=keyring_of(settings, keys, derived(secret, "activations"), sm2=sm2, clock=clock),
            store=store,
            database=database,
            chain=chain,
            account=account,
            scans=scans,
            pages=pages,
            vault=TemplateVault(derived(secret, "templates")),
            origins=OriginMask(derived(secret, "origins")),
            policy=policy,
            curve=curve,
            registers=registers,
            couriers=couriers,
            codes=OneTimeCodes(derived(secret, "codes")),
            software=software,
            references=RowReferences(derived(secret, "row-references")),
            clock=clock,
        )


def _house(
    settings: Settings,
    operator: Operator,
    *,
    keys: HouseKeys,
    keyring: Keyring,
    store: FolderObjectStore,
    database: Database,
    chain: Web3Chain,
    account: ChainAccount,
    scans: PortraitPool,
    pages: PageDrawer,
    vault: TemplateVault,
    origins: OriginMask,
    policy: ScanPolicy,
    curve: ErrorCurve,
    registers: RegisterSource,
    couriers: Couriers,
    codes: OneTimeCodes,
    software: Software,
    references: RowReferences,
    clock: Clock,
) -> House:
    typesetter = Typesetter()
    address = settings.public_url.rstrip("/")
    stamper = stamper_of(settings, keys.timestamps, clock=clock)
    agency = Agency(
        speaker=keys.agency,
        administrative_code=operator.area,
        city=settings.city_zh,
        qr_host=urlsplit(settings.public_url).netloc,
    )

    def page_of(agreement: UUID) -> str:
        return f"{address}/agreements/{agreement}"

    founded = founding(
        settings, operator=operator.uscc, account=account.address, keystore=keys.keystore, log=keys.log
    )
    archive = Archive(store=store, origin=settings.origin, log_signer=keys.log, clock=clock)
    return House(
        settings=settings,
        clock=clock,
        database=database,
        chain=chain,
        anchoring=Anchoring(
            database=database,
            chain=chain,
            account=account,
            origin=settings.origin,
            signer=keys.log,
            clock=clock,
            founding=founded,
            policy=AnchoringPolicy(
                depth=settings.chain_depth,
                may_forget=settings.chain_url is None,
                fees=_fees(settings),
            ),
            second=Web3Chain.at(settings.chain_second_url) if settings.chain_second_url else None,
        ),
        founding=founded,
        store=store,
        typesetter=typesetter,
        keyring=keyring,
        workshop=Workshop(
            store=store, keyring=keyring, typesetter=typesetter, timestamps=stamper, address=page_of
        ),
        press=Press(
            agency=agency,
            archive=archive,
            store=store,
            keystore=keys.keystore,
            authority=keys.authority,
            typesetter=typesetter,
            timestamps=stamper,
            clock=clock,
            samples=settings.demonstration,
        ),
        archive=archive,
        vault=vault,
        scans=scans,
        pages=pages,
        scan_policy=policy,
        error_curve=curve,
        origins=origins,
        couriers=couriers,
        codes=codes,
        enrollment_policy=enrollment_policy(settings.face_false_accepts),
        enrolling=OneAtATime(),
        open_scans=OpenScans(clock, workers=settings.face_workers),
        log_signer=keys.log,
        verifier_signer=keys.verifier,
        registers=registers,
        timestamps=keys.timestamps,
        software=software,
        references=references,
    )
