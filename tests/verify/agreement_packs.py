"""Packs of an agreement, whole, packed by another program, and with one thing changed."""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO

from tests.verify import agreements
from tests.verify.altered import Altered, raw
from verify.pack import BUNDLE


def packs() -> Iterator[Altered]:
    """A pack with the files of its bundle beside it, packed by two programs, and with one thing changed."""
    whole = replace(agreements.Told().bundle(), status_list=None)
    files = {f"{place}.file": content for place, content in enumerate(whole.files.values())}
    members = {BUNDLE: raw(whole), **files}
    stored = zipped(members)
    yield "pack", stored
    yield "pack-compressed", zipped(members, zipfile.ZIP_DEFLATED)
    yield "pack-with-a-file-exchanged", zipped({**members, "0.file": b"another"})
    yield "pack-with-a-file-more", zipped({**members, "more": b"slipped in"})
    yield "pack-with-an-altered-bundle", zipped({**members, BUNDLE: members[BUNDLE][:-1]})
    place = stored.rindex(agreements.MANIFEST) + 9
    yield "pack-by-another-method", zipped(members, zipfile.ZIP_BZIP2)
    yield "pack-with-a-name-that-clears-the-screen", zipped({**members, "\x1b[2J": b"x"}, zipfile.ZIP_LZMA)
    yield "pack-with-another-name-before-a-file", stored.replace(b"0.file", b"9.file", 1)
    yield "pack-with-a-damaged-file", stored[:place] + bytes([stored[place] ^ 1]) + stored[place + 1 :]


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()
