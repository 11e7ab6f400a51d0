import pytest

from evidence.digest import Digest, HashAlgorithm, sha256
from evidence.errors import DigestMalformed


def test_a_digest_is_written_with_its_algorithm() -> None:
    assert (
        str(sha256(b"abc")) == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )  # FIPS 180-2, appendix B.1


def test_a_written_digest_reads_back() -> None:
    assert Digest.parse(str(sha256(b"abc"))) == sha256(b"abc")


@pytest.mark.parametrize("text", ["", "sha256:", "md5:" + "0" * 32, "sha256:" + "A" * 64, "0" * 64])
def test_a_digest_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(DigestMalformed):
        Digest.parse(text)


def test_a_digest_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(DigestMalformed):
        Digest(HashAlgorithm.SHA256, b"short")
