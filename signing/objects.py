"""Objects: the bytes of documents and signed files, named by their own digest.

An object never changes: the same bytes have the same name, so storing twice is one object, and a reader that
gets bytes whose digest differs from the name gets an error instead of the bytes. It may be removed, where the
law asks that what stands in it is forgotten.

    digest = store.put(content)
    assert store.get(digest) == content
"""

from typing import Protocol

from evidence.digest import Digest
from evidence.errors import Invalid, Refused


class ObjectMissing(Refused):
    """No object of that name is stored. Facts: ``digest``."""

    code = "object-missing"
    zh = "没有存放摘要为 {digest} 的文件；请核对摘要，或重新提交该文件。"
    en = "No object {digest} is stored; check the digest, or submit the file again."


class ObjectAltered(Invalid):
    """The stored bytes are not what their name says. Facts: ``digest``."""

    code = "object-altered"
    zh = "存放的文件 {digest} 已被改动或损坏；请从备份恢复该文件。"
    en = "The stored object {digest} was altered or damaged; restore it from a backup."


class ObjectStore(Protocol):
    """Where bytes are kept under their SHA-256 digest."""

    def put(self, content: bytes) -> Digest:
        """Keep ``content`` durably and return its digest; storing the same bytes again changes nothing."""
        ...

    def get(self, digest: Digest) -> bytes:
        """Return the bytes whose digest is ``digest``.

        Raises:
            ObjectMissing: nothing is stored under this digest.
            ObjectAltered: the stored bytes have another digest.
        """
        ...

    def remove(self, digest: Digest) -> None:
        """Forget the object of ``digest``, durably; where there is none, nothing is done."""
        ...
