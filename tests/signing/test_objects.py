from pathlib import Path

import pytest

from evidence.digest import sha256
from signing.objects import ObjectAltered, ObjectMissing, ObjectStore
from signing.objects_folder import FolderObjectStore
from signing.objects_memory import MemoryObjectStore


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    return FolderObjectStore(tmp_path) if request.param == "folder" else MemoryObjectStore()


def test_an_object_comes_back_by_its_digest(store: ObjectStore) -> None:
    digest = store.put(b"content")
    assert digest == sha256(b"content")
    assert store.get(digest) == b"content"


def test_the_same_bytes_are_one_object(store: ObjectStore) -> None:
    assert store.put(b"content") == store.put(b"content")


def test_the_empty_object_is_an_object(store: ObjectStore) -> None:
    assert store.get(store.put(b"")) == b""


def test_an_object_that_was_never_stored_is_missing(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing):
        store.get(sha256(b"never stored"))


def test_an_object_that_was_removed_is_missing(store: ObjectStore) -> None:
    digest = store.put(b"content")
    for _ in range(2):
        store.remove(digest)
    with pytest.raises(ObjectMissing):
        store.get(digest)


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    store = FolderObjectStore(tmp_path)
    digest = store.put(b"content")
    (path,) = tmp_path.glob("*/*")
    path.write_bytes(b"contenu")
    with pytest.raises(ObjectAltered):
        store.get(digest)


def test_storing_again_mends_an_altered_file(tmp_path: Path) -> None:
    store = FolderObjectStore(tmp_path)
    digest = store.put(b"content")
    (path,) = tmp_path.glob("*/*")
    path.write_bytes(b"contenu")
    store.put(b"content")
    assert store.get(digest) == b"content"


def test_objects_outlive_the_store(tmp_path: Path) -> None:
    digest = FolderObjectStore(tmp_path).put(b"content")
    assert FolderObjectStore(tmp_path).get(digest) == b"content"


def test_nothing_half_written_stays_behind(tmp_path: Path) -> None:
    FolderObjectStore(tmp_path).put(b"content")
    assert not list(tmp_path.glob("**/.writing-*"))
