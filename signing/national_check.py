"""Checking the national signatures of an evidence pack, of whoever made it, up to a pinned SM2 root.

1. The pack opens within bounds, names no file twice, and has the manifest, the frozen document where it names
   one alone, and the first signatures; it has national signatures.
2. The enclosed root is the pinned one.
3. Every slot with a first signature has a second one, every seal's slot a sealing, and there is nothing else.
4. Each second signature holds over the manifest (``signing.sm2_cades``), for its slot, under the approval and
   for the holder of the first one.
5. Each sealing holds over the document, or over the manifest of several (``signing.ses_signature``), by the
   second signature's certificate.
6. The commands for OpenSSL are those for these files.

What the first signatures are worth, and who approved, ``yinxin verify`` says: it checks no SM2.

    for finding in check_pack(data, root=root):
        print(finding.file, finding.refusal)
"""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.digest import sha256
from evidence.errors import Invalid, Refused, Term, YinxinError
from signing.cades import read_envelope
from signing.manifest import Manifest, SlotKind
from signing.national_pack import COMMANDS, FOLDER, ROOT, commands
from signing.national_signing import WHOLE_DOCUMENT, NationalSignature, covered
from signing.pdf_document import LARGEST_DOCUMENT
from signing.pdf_evidence import asn1_name
from signing.ses_signature import check_sealed
from signing.sm2_cades import check_detached_sm2
from verify.errors import PackDamaged
from verify.pack import MOST_FILES, file_content

MANIFEST = "manifest.cbor"
FIRST = "signatures"
LONGEST = 512 * 1024
"""Bytes of a file other than the document; a sealing with its picture has about 50 kB."""

APPROVAL = Term("确认的摘要", "the approval")
HOLDER = Term("持有人", "the holder")
SLOT = Term("签署位", "the slot")
CERTIFICATE = Term("证书", "the certificate")
PROTECTED = Term("签章范围", "what it covers")


class NationalPackUnfit(Refused):
    """It is no evidence pack that can be opened within bounds. Facts: ``reason``."""

    code = "national-pack-unfit"
    zh = "这个文件不能作为证据包打开（{reason}），未核验国密签名；请重新下载证据包。"
    en = "The file cannot be opened as an evidence pack ({reason}); no national signature was checked."


class NationalAbsent(Refused):
    """The pack has no national signatures."""

    code = "national-absent"
    zh = "证据包内没有国密签名；签署时未开启国密签名，其余内容请用 yinxin verify 核验。"
    en = "The pack has no national signatures: they were not in use; check the rest by yinxin verify."


class NationalRootDiffers(Invalid):
    """The enclosed root is not the pinned one."""

    code = "national-root-differs"
    zh = "证据包内的国密根证书不是所信任的那一张；请用 --root 指定由其他途径取得的根证书，或勿采信。"
    en = "The SM2 root of the pack is not the trusted one; name yours by --root, or do not rely on it."


class NationalMissing(Invalid):
    """A file is missing. Facts: ``file``."""

    code = "national-missing"
    zh = "证据包内缺少 {file}；请向平台重新下载完整的证据包。"
    en = "The pack lacks {file}; download the whole pack again."


class NationalUnexpected(Invalid):
    """A file belongs to no signed slot. Facts: ``file``."""

    code = "national-unexpected"
    zh = "证据包内的 {file} 不对应任何已签的签署位；请勿采信，并重新下载。"
    en = "{file} belongs to no signed slot of the pack; do not rely on it, and download the pack again."


class NationalDiffers(Invalid):
    """A national signature holds, but says another thing than the first one. Facts: ``part``."""

    code = "national-differs"
    zh = "国密签名与该方的第一份签名不一致（{part}）；请勿采信，并向平台核实。"
    en = "The national signature differs from the party's first one ({part}); do not rely on it."


class DocumentAnother(Invalid):
    """The document is not the one that the manifest names."""

    code = "national-document-another"
    zh = "证据包内的 original.pdf 不是签署清单所列的原文；请重新下载证据包。"
    en = "original.pdf of the pack is not the document of its manifest; download the pack again."


class CommandsAnother(Invalid):
    """The commands for OpenSSL are not those for these files."""

    code = "national-commands-another"
    zh = "national/openssl.txt 与所附签名不对应，请勿执行；请重新下载证据包。"
    en = "national/openssl.txt does not belong to these signatures, do not run it; download the pack again."


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found of ``file``: who signed and when, or why it is refused."""

    file: str
    signer: str = ""
    at: datetime | None = None
    refusal: YinxinError | None = None


def check_pack(data: bytes, *, root: x509.Certificate) -> tuple[Finding, ...]:
    """Check all national signatures of a pack, and give what was found of each file.

    Raises:
        NationalPackUnfit, NationalAbsent: step 1 fails.
    """
    files = _read(data)
    if not any(name.startswith(f"{FOLDER}/") for name in files):
        raise NationalAbsent
    try:
        manifest = Manifest.decode(files[MANIFEST])
    except KeyError:
        raise NationalPackUnfit(reason=MANIFEST) from None
    return tuple(_findings(_Pack(files=files, manifest=manifest, root=root)))


@dataclass(frozen=True, kw_only=True)
class _Pack:
    files: Mapping[str, bytes]
    manifest: Manifest
    root: x509.Certificate

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots with a first signature."""
        return tuple(each.id for each in self.manifest.slots if f"{FIRST}/{each.id}.p7s" in self.files)

    @property
    def wanted(self) -> tuple[str, ...]:
        kinds = {each.id: each.kind for each in self.manifest.slots}
        seals = [slot for slot in self.slots if kinds[slot] is SlotKind.SEAL]
        second = [f"{FOLDER}/{slot}.p7s" for slot in self.slots]
        return (ROOT, COMMANDS, *second, *(f"{FOLDER}/{slot}.ses" for slot in seals))

    @property
    def covered(self) -> str:
        """What the sealings cover."""
        return covered(self.manifest, self.files[MANIFEST])[0]

    def file(self, name: str) -> bytes:
        if name not in self.files:
            raise NationalMissing(file=name)
        return self.files[name]


def _findings(pack: _Pack) -> Iterator[Finding]:
    if pack.covered == WHOLE_DOCUMENT:
        yield _tried(WHOLE_DOCUMENT, lambda: _document(pack))
    yield _tried(ROOT, lambda: _root(pack))
    for name in pack.wanted[2:]:
        slot = name.removeprefix(f"{FOLDER}/").rpartition(".")[0]
        check = _second if name.endswith(".p7s") else _sealing
        yield _tried(name, lambda check=check, slot=slot: check(pack, slot))  # type: ignore[misc]  # bound here
    yield _tried(COMMANDS, lambda: _commands(pack))
    extra = {name for name in pack.files if name.startswith(f"{FOLDER}/")} - set(pack.wanted)
    for name in sorted(extra):
        yield Finding(file=ascii(name)[1:-1], refusal=NationalUnexpected(file=ascii(name)))


def _tried(name: str, check: Callable[[], tuple[str, datetime | None]]) -> Finding:
    try:
        signer, at = check()
    except YinxinError as error:
        return Finding(file=name, refusal=error)
    return Finding(file=name, signer=signer, at=at)


def _document(pack: _Pack) -> tuple[str, None]:
    if sha256(pack.file(WHOLE_DOCUMENT)) != pack.manifest.documents[0]:
        raise DocumentAnother
    return "", None


def _root(pack: _Pack) -> tuple[str, None]:
    if pack.file(ROOT) != pack.root.public_bytes(Encoding.PEM):
        raise NationalRootDiffers
    return asn1_name(pack.root), None


def _second(pack: _Pack, slot: str) -> tuple[str, datetime]:
    encoded = pack.file(f"{FOLDER}/{slot}.p7s")
    signature = check_detached_sm2(encoded, pack.files[MANIFEST], roots=[pack.root])
    first = read_envelope(pack.files[f"{FIRST}/{slot}.p7s"])
    same = {
        SLOT: signature.slot == slot == first.slot,
        APPROVAL: signature.approval.value == first.approval,
        HOLDER: signature.certificate.subject == first.certificate.subject,
    }
    _all(same)
    return asn1_name(signature.certificate), signature.signed_at


def _sealing(pack: _Pack, slot: str) -> tuple[str, datetime]:
    sealed = check_sealed(
        pack.file(f"{FOLDER}/{slot}.ses"), pack.file(pack.covered), others=(), roots=[pack.root]
    )
    second = read_envelope(pack.file(f"{FOLDER}/{slot}.p7s"))
    _all(
        {
            CERTIFICATE: sealed.certificate == second.certificate,
            PROTECTED: sealed.protected == pack.covered,
        }
    )
    return sealed.seal.facts.name, sealed.signed_at


def _all(same: Mapping[Term, bool]) -> None:
    for part, holds in same.items():
        if not holds:
            raise NationalDiffers(part=part)


def _commands(pack: _Pack) -> tuple[str, None]:
    made = {
        slot: NationalSignature(pack.file(f"{FOLDER}/{slot}.p7s"), pack.files.get(f"{FOLDER}/{slot}.ses"))
        for slot in pack.slots
    }
    try:
        expected = commands(made)
    except ValueError as error:  # a part is not written as it is read: its own check says so
        raise CommandsAnother from error
    if pack.file(COMMANDS) != expected:
        raise CommandsAnother
    return "", None


def _read(data: bytes) -> dict[str, bytes]:
    """Read the files that matter here; of the others no byte."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise NationalPackUnfit(reason="ZIP") from error
    with archive:
        members = archive.infolist()
        names = [each.filename for each in members]
        if len(members) > MOST_FILES or len(set(names)) != len(names):
            raise NationalPackUnfit(reason=Term("文件过多或重名", "too many files, or two of one name"))
        wanted = [each for each in members if _matters(each.filename)]
        if any(each.file_size > _most(each.filename) for each in wanted):
            raise NationalPackUnfit(reason=Term("文件过大", "a file is too large"))
        try:
            return {each.filename: file_content(archive, each, n) for n, each in enumerate(wanted, start=1)}
        except PackDamaged as error:
            said = Term(error.sentence("zh"), error.sentence("en"))
            raise NationalPackUnfit(reason=said) from error


def _matters(name: str) -> bool:
    return name in {MANIFEST, WHOLE_DOCUMENT} or name.startswith((f"{FOLDER}/", f"{FIRST}/"))


def _most(name: str) -> int:
    return LARGEST_DOCUMENT if name == WHOLE_DOCUMENT else LONGEST
