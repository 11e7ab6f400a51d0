"""The evidence pack: a ZIP whose files all have their digests in the bundle that it encloses.

The report on it is the report on its bundle, with the files beside the bundle put among the bundle's own:
one that was altered, exchanged or slipped in is found by the check of files, one that was left out is missed
where a check needs it. The pages of its report prove nothing.

    report = verify_pack(path.read_bytes(), trust, as_of=now)
"""

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
MOST_FILES = 1000
MOST_BYTES = 2**30
"""Of all files together, unpacked: forty signatures of a document of 30 MB and the document twice."""


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
    except (zipfile.BadZipFile, ValueError) as error:
        raise PackWithoutBundle from error
    with archive:
        found = [each for each in archive.infolist() if not each.is_dir()]
        size = sum(each.file_size for each in found)
        if len(found) > MOST_FILES or size > MOST_BYTES:
            raise PackTooLarge(files=len(found), size=size // 2**20)
        if [each.filename for each in found].count(BUNDLE) != 1:
            raise PackWithoutBundle
        contents = {each: _content(archive, each) for each in found}
    (own,) = (content for each, content in contents.items() if each.filename == BUNDLE)
    return own, [content for each, content in contents.items() if each.filename != BUNDLE]


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Read one file, of no more bytes than the ZIP says of it."""
    try:
        with archive.open(member) as opened:
            return opened.read(member.file_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise PackDamaged(name=member.filename) from error
