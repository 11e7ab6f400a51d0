"""The evidence pack: a ZIP whose files all have their digests in the bundle that it encloses.

The report on it is the report on its bundle, with the files beside the bundle put among the bundle's own:
one that was altered, exchanged or slipped in is found by the check of files, one that was left out is missed
where a check needs it. The pages of its report prove nothing.

    report = verify_pack(path.read_bytes(), trust, as_of=now)
"""

import re
import zipfile
import zlib
from dataclasses import replace
from datetime import datetime
from io import BytesIO

from evidence.bundle import Bundle
from evidence.digest import sha256
from evidence.errors import BundleMalformed
from verify.bundle import broken, verify_bundle, verify_evidence
from verify.errors import PackDamaged, PackTooLarge, PackWithoutBundle
from verify.report import Report
from verify.trust import TrustAnchors

ZIP = b"PK\x03\x04"
BUNDLE = "evidence.bundle"
NATIONAL = "national/"
MOST_FILES = 4000
"""Ten documents with forty slots have about 1,500 files, delegations and a void included."""
MOST_BYTES = 2**30
"""Of all files together, unpacked: forty signatures of a document of 30 MB and the document twice."""

_PLAIN = re.compile("[A-Za-z0-9._/-]{1,100}")
"""Names that are repeated; whoever wrote the ZIP may be anybody, so others go by their number."""

_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
    *(RuntimeError, OSError, ValueError, IndexError),
)
"""What ``zipfile`` raises for a file that it cannot read."""


def is_pack(data: bytes) -> bool:
    """Whether ``data`` begins as a ZIP does."""
    return data.startswith(ZIP)


def verify_pack(data: bytes, trust: TrustAnchors, *, as_of: datetime) -> Report:
    """Verify the bytes of a pack as of ``as_of``.

    Raises:
        PackWithoutBundle: it is a ZIP without exactly one bundle, or none that can be opened.
        PackTooLarge: it has more files or bytes than any pack.
    """
    try:
        encoded, beside = _files(data)
    except PackDamaged as error:
        return broken(error, trust, as_of)
    try:
        bundle = Bundle.decode(encoded)
    except BundleMalformed:
        return verify_bundle(encoded, trust, as_of=as_of)
    files = {**bundle.files, **{sha256(content).value: content for content in beside}}
    return verify_evidence(replace(bundle, files=files), trust, as_of=as_of)


def _files(data: bytes) -> tuple[bytes, list[bytes]]:
    """Give the bundle of a pack, and the other files."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise PackWithoutBundle from error
    with archive:
        found = [each for each in archive.infolist() if not each.is_dir()]
        size = sum(each.file_size for each in found)
        if len(found) > MOST_FILES or size > MOST_BYTES:
            raise PackTooLarge(files=len(found), size=size // 2**20)
        if [each.filename for each in found].count(BUNDLE) != 1:
            raise PackWithoutBundle
        contents = {each: file_content(archive, each, number) for number, each in enumerate(found, start=1)}
    (own,) = (content for each, content in contents.items() if each.filename == BUNDLE)
    return own, [content for each, content in contents.items() if each.filename != BUNDLE]


def national_in(data: bytes) -> int:
    """Count the signatures by SM2 in a pack, for which there is no arithmetic here: none is checked."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
    return sum(name.startswith(NATIONAL) and name.endswith((".p7s", ".ses")) for name in names)


def file_content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, number: int) -> bytes:
    """Read the file with this number, from 1, of no more bytes than the ZIP says of it.

    Raises:
        PackDamaged: it cannot be read.
    """
    name = member.filename if _PLAIN.fullmatch(member.filename) else f"#{number}"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise PackDamaged(name=name)
    try:
        with archive.open(member) as opened:
            return opened.read(member.file_size)
    except _UNREADABLE as error:
        raise PackDamaged(name=name) from error
