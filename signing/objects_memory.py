"""Objects kept in memory, for tests: gone when the program ends."""

from evidence.digest import Digest, sha256
from signing.objects import ObjectMissing


class MemoryObjectStore:
    """An ``ObjectStore`` that keeps nothing over a restart."""

    double = True

    def __init__(self) -> None:
        self._objects: dict[bytes, bytes] = {}

    def put(self, content: bytes) -> Digest:
        """Keep ``content`` and return its digest."""
        digest = sha256(content)
        self._objects[digest.value] = content
        return digest

    def get(self, digest: Digest) -> bytes:
        """Return the bytes of ``digest``.

        Raises:
            ObjectMissing: nothing is stored under this digest.
        """
        try:
            return self._objects[digest.value]
        except KeyError:
            raise ObjectMissing(digest=digest) from None

    def remove(self, digest: Digest) -> None:
        """Forget the object of ``digest``."""
        self._objects.pop(digest.value, None)
