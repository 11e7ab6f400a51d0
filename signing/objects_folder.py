"""Objects kept in a folder: ``ab/abcdef…`` is the object whose SHA-256 begins with ab."""

from pathlib import Path

from evidence.digest import Digest, sha256
from ledger import durable
from signing.objects import ObjectAltered, ObjectMissing


class FolderObjectStore:
    """An ``ObjectStore`` under ``folder``; several processes may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> Digest:
        """Keep ``content`` durably and return its digest; a damaged copy under the same name is mended."""
        digest = sha256(content)
        path = self._path(digest)
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            durable.write_over(path, content)
        return digest

    def get(self, digest: Digest) -> bytes:
        """Return the bytes of ``digest``.

        Raises:
            ObjectMissing: nothing is stored under this digest.
            ObjectAltered: the stored bytes have another digest.
        """
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise ObjectMissing(digest=digest) from None
        if sha256(content) != digest:
            raise ObjectAltered(digest=digest)
        return content

    def remove(self, digest: Digest) -> None:
        """Forget the object of ``digest``, durably."""
        path = self._path(digest)
        if path.exists():
            durable.remove(path)

    def _path(self, digest: Digest) -> Path:
        name = digest.value.hex()
        return self._folder / name[:2] / name
