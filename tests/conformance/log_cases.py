"""The cases about the tree: inclusion, consistency, and the frontier that an append begins with."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evidence.merkle import EMPTY_ROOT, Frontier, consistency_path, inclusion_path, leaf_hash, node_hash, root

_PUBLISHED = json.loads((Path(__file__).parent / "merkle.json").read_text(encoding="utf-8"))
ENTRIES = [bytes.fromhex(entry) for entry in _PUBLISHED["entries"]]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
REWRITTEN = [leaf_hash(b"rewritten"), *LEAVES[1:]]
ANOTHER = leaf_hash(b"another")
LIMIT = 1 << 63
ROUNDED = (1 << 53) + 1  # the first whole number that a double cannot hold


@dataclass(frozen=True)
class Case:
    """One question: ``refused`` is the expected name, None where the answer is yes.

    ``solidity`` names the custom error of the contract; it is ``no uint64`` where the number cannot be put to
    a contract at all, and ``not asked``, like ``javascript``, where that side is never given such a value.
    """

    check: str
    why: str
    given: Mapping[str, Any]
    refused: str | None = None
    solidity: str | None = None
    javascript: str | None = None

    def but(self, why: str, refused: str, solidity: str | None = None, **changed: object) -> "Case":
        """Give the case with something changed, and the refusal that it must meet."""
        given = {name: value for name, value in {**self.given, **changed}.items() if value is not ...}
        return replace(self, why=why, given=given, refused=refused, solidity=solidity)


def inclusion(index: int, size: int) -> Case:
    path = inclusion_path(LEAVES[:size], index)
    given = {"leaf": LEAVES[index], "index": index, "size": size, "path": path, "root": root(LEAVES[:size])}
    return Case("inclusion", f"leaf {index} of {size}", given)


def consistency(old: int, new: int, leaves: list[bytes] = LEAVES) -> Case:
    given = {
        "old_size": old,
        "old_root": root(leaves[:old]),
        "new_size": new,
        "new_root": root(leaves[:new]),
        "path": consistency_path(leaves[:new], old),
    }
    solidity = "SizeNotLarger" if old == new else None
    return Case("consistency", f"{old} entries grew to {new}", given, solidity=solidity)


def append(old: int, new: int) -> Case:
    frontier = Frontier(0, ())
    for leaf in LEAVES[:old]:
        frontier = frontier.add(leaf)
    given = {
        "size": old,
        "root": root(LEAVES[:old]),
        "frontier": frontier.peaks,
        "leaves": LEAVES[old:new],
        "new_root": root(LEAVES[:new]),
    }
    return Case("append", f"{new - old} entries after {old}", given)


def good() -> Iterator[Case]:
    """Every proof of every tree to eight leaves."""
    for size in range(1, 9):
        yield from (inclusion(index, size) for index in range(size))
        yield from (consistency(old, size) for old in range(size + 1))
        yield from (append(old, size) for old in range(size))


def bad() -> Iterator[Case]:
    yield from (replace(case, solidity=_on_chain(case)) for case in _bad_inclusions())
    yield from _bad_extensions()
    yield from _bad_appends()


def _on_chain(case: Case) -> str:
    """Give the custom error that an inclusion meets in a contract grown to the case's size and root."""
    index, size = case.given["index"], case.given["size"]
    if not (0 <= index < 2 * LIMIT and 0 <= size < 2 * LIMIT):
        return "no uint64"
    if case.refused == "number-too-large":
        return "SizeTooLarge" if size >= LIMIT else "IndexPastEnd"
    return {
        "path-length": "PathLengthWrong",
        "index-past-end": "IndexPastEnd",
        "root-differs": "InclusionNotShown",
        "hash-length": "not asked",
    }[str(case.refused)]


def _bad_inclusions() -> Iterator[Case]:
    base, path = inclusion(5, 8), inclusion(5, 8).given["path"]
    inner, length = node_hash(LEAVES[0], LEAVES[1]), "path-length"
    yield base.but("the path lacks its last hash", length, path=path[:-1])
    yield base.but("the path lacks its first hash", length, path=path[1:])
    yield base.but("the path has one hash more", length, path=(*path, ANOTHER))
    yield base.but("no path", length, path=())
    yield inclusion(0, 1).but("a path where none is needed", length, path=(ANOTHER,))
    yield base.but("an index past the end", "index-past-end", index=8)
    yield base.but("an index that a double rounds", "index-past-end", index=ROUNDED)
    yield base.but("the largest index", "index-past-end", index=LIMIT - 1)
    yield base.but("an index into no entries", "index-past-end", index=0, size=0, path=(), root=EMPTY_ROOT)
    yield base.but("an index of 2^63", "number-too-large", index=LIMIT)
    yield base.but("an index of 2^64 + 5", "number-too-large", index=2 * LIMIT + 5)
    yield base.but("a size of 2^63", "number-too-large", size=LIMIT)
    yield base.but("a size of 2^64 + 8", "number-too-large", size=2 * LIMIT + 8)
    yield base.but("a negative index", "number-inexact", index=-3)
    yield base.but("a negative size", "number-inexact", size=-8)
    yield base.but("a size that a double rounds", length, size=ROUNDED)
    yield base.but("another leaf", "root-differs", leaf=LEAVES[4])
    yield base.but("a bit of the leaf", "root-differs", leaf=flipped(LEAVES[5]))
    yield base.but("another root", "root-differs", root=root(LEAVES[:7]))
    yield base.but("a bit of the root", "root-differs", root=flipped(base.given["root"]))
    yield base.but("the neighbour's index", "root-differs", index=4)
    yield base.but("two hashes changed places", "root-differs", path=(path[1], path[0], path[2]))
    yield base.but("the path of another leaf", "root-differs", path=inclusion_path(LEAVES, 2))
    for place in range(3):
        altered = (*path[:place], flipped(path[place]), *path[place + 1 :])
        yield base.but(f"a bit of hash {place}", "root-differs", path=altered)
    lower = base.but("an inner node's children as an entry", "root-differs", index=0, size=4, leaf=...)
    yield lower.but(
        lower.why, "root-differs", entry=LEAVES[0] + LEAVES[1], path=inclusion_path(LEAVES, 0)[1:]
    )
    yield base.but("an inner node as a leaf", length, leaf=inner, index=0, path=inclusion_path(LEAVES, 0)[1:])
    yield base.but(
        "an inner node as a leaf, its path filled up",
        "root-differs",
        leaf=inner,
        index=0,
        path=inclusion_path(LEAVES, 0),
    )
    yield base.but("a leaf of 31 bytes", "hash-length", leaf=LEAVES[5][:-1])
    yield base.but("a leaf of 33 bytes", "hash-length", leaf=LEAVES[5] + b"\0")
    yield base.but("a leaf of no bytes", "hash-length", leaf=b"")
    yield base.but("a root of 31 bytes", "hash-length", root=base.given["root"][:-1])
    yield base.but("a hash of 64 bytes in the path", "hash-length", path=(path[0], path[1] + path[2]))


def _bad_extensions() -> Iterator[Case]:
    shown, length, counted = "ConsistencyNotShown", "path-length", "ProofLengthWrong"
    for old in (4, 6):  # a size that is a power of two has one hash less in its path
        base = consistency(old, 8)
        path = base.given["path"]
        yield base.but(f"from {old}: the path lacks its last hash", length, counted, path=path[:-1])
        yield base.but(f"from {old}: the path has one hash more", length, counted, path=(*path, ANOTHER))
        yield base.but(f"from {old}: no path", length, counted, path=())
        yield base.but(
            f"from {old}: an inner node stands before the path", length, counted, path=(ANOTHER, *path)
        )
        for place in range(len(path)):
            altered = (*path[:place], flipped(path[place]), *path[place + 1 :])
            yield base.but(f"from {old}: a bit of hash {place}", "root-differs", shown, path=altered)
        yield base.but(f"from {old}: another end", "root-differs", shown, new_root=root(LEAVES[:7]))
        yield base.but(f"from {old}: another beginning", "root-differs", shown, old_root=ANOTHER)
        yield base.but(f"from {old}: to 2^63", "number-too-large", "SizeTooLarge", new_size=LIMIT)
        yield base.but(f"from {old}: to 2^64 + 8", "number-too-large", "no uint64", new_size=2 * LIMIT + 8)
        yield base.but(f"from {old}: to a size that a double rounds", length, counted, new_size=ROUNDED)
        yield base.but(f"from {old}: to -8", "number-inexact", "no uint64", new_size=-8)
        yield base.but(f"from {old}: to 2", "size-shrinks", "SizeNotLarger", new_size=2)
        rewritten = consistency(old, 8, REWRITTEN).given
        given = {"new_root": rewritten["new_root"], "path": rewritten["path"]}
        yield base.but(f"from {old}: to another log of the same length", "root-differs", shown, **given)
    base = consistency(6, 8)
    first, second, third = base.given["path"]
    yield base.but("two hashes changed places", "root-differs", shown, path=(first, third, second))
    yield base.but("a hash of 31 bytes", "hash-length", "not asked", path=(first, second, third[:-1]))
    yield base.but("a root of 31 bytes", "hash-length", "not asked", old_root=base.given["old_root"][:-1])
    yield base.but("a root of 33 bytes", "hash-length", "not asked", new_root=base.given["new_root"] + b"\0")
    yield base.but("from 2^63", "number-too-large", "SizeTooLarge", old_size=LIMIT)
    yield base.but("from -6", "number-inexact", "no uint64", old_size=-6)
    yield consistency(8, 8).but(
        "the log was shortened", "size-shrinks", "SizeNotLarger", new_size=6, new_root=root(LEAVES[:6])
    )
    same = consistency(6, 6)
    yield same.but(
        "another log of the same length", "root-differs", "SizeNotLarger", new_root=root(REWRITTEN[:6])
    )
    yield same.but("a path to itself", length, "SizeNotLarger", path=(ANOTHER,))
    empty = consistency(0, 8)
    yield empty.but("a path from no entries", length, counted, path=(ANOTHER,))
    yield empty.but("no entries with a root of their own", "root-differs", "not asked", old_root=ANOTHER)


def _bad_appends() -> Iterator[Case]:
    base = append(6, 8)
    first, second = base.given["frontier"]
    wrong_length, of_another = (
        ("path-length", "FrontierLengthWrong"),
        ("root-differs", "FrontierOfAnotherLog"),
    )
    yield base.but("a peak too few", *wrong_length, frontier=(first,))
    yield base.but("a peak too many", *wrong_length, frontier=(first, second, ANOTHER))
    yield base.but("no peaks", *wrong_length, frontier=())
    yield base.but(
        "a peak before the first entry", *wrong_length, size=0, root=EMPTY_ROOT, frontier=(ANOTHER,)
    )
    yield base.but("the peaks in the wrong order", *of_another, frontier=(second, first))
    yield base.but("a leaf in the place of a peak", *of_another, frontier=(first, LEAVES[4]))
    yield base.but("a bit of a peak", *of_another, frontier=(first, flipped(second)))
    yield base.but("the peaks of another log", *of_another, frontier=(root(REWRITTEN[:4]), second))
    yield base.but("the peaks of another size", *of_another, size=5, root=root(LEAVES[:5]))
    yield base.but("a peak of 31 bytes", "hash-length", "not asked", frontier=(first, second[:-1]))
    short = base.but("a leaf of 31 bytes", "hash-length", "not asked", leaves=(LEAVES[6], LEAVES[7][:-1]))
    yield replace(short, javascript="not asked")
    yield base.but("a size of 2^63", "number-too-large", "SizeTooLarge", size=LIMIT)
    yield base.but("a negative size", "number-inexact", "no uint64", size=-6)
    peaks = tuple(leaf_hash(b"peak %d" % place) for place in range(63))
    full = {"size": LIMIT - 1, "root": Frontier(LIMIT - 1, peaks).root(), "frontier": peaks}
    after = base.but("an entry after the last", "number-too-large", "SizeTooLarge", **full)
    yield replace(after, javascript="not asked")


def unpinned() -> Iterator[Case]:
    """What the procedures of RFC 9162 take, though a number in it is not the true one."""
    first, grown = inclusion(0, 8), consistency(4, 8)
    yield replace(first, why="a first leaf climbs alike in 7 and in 8", given={**first.given, "size": 7})
    yield replace(
        grown,
        why="a path from 4 is one neighbour to the right, whether that is 1 leaf or 4",
        given={**grown.given, "new_size": 7},
    )
    inner = {"leaf": node_hash(LEAVES[0], LEAVES[1]), "size": 4, "path": inclusion_path(LEAVES, 0)[1:]}
    yield replace(
        first,
        why="an inner node is a leaf of a tree that is said to be lower",
        given={**first.given, **inner},
    )


def flipped(value: bytes) -> bytes:
    """Give ``value`` with the lowest bit of its last byte changed."""
    return value[:-1] + bytes([value[-1] ^ 1])
