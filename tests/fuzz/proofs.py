"""Proofs as questions, and every way in which the fuzz tests spoil one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from evidence.errors import ProofInvalid
from evidence.merkle import check_consistency, check_inclusion
from tests.fuzz.plain_tree import PlainTree, Proof, consistency_shape, inclusion_shape

LARGEST = 1 << 40


@dataclass(frozen=True)
class Question:
    """``kind`` inclusion: ``first`` is an index and ``one`` a leaf; consistency: an old size and its root."""

    kind: str
    first: int
    second: int
    one: bytes
    other: bytes
    path: Proof

    def holds(self) -> bool:
        """Put it to evidence.merkle."""
        try:
            if self.kind == "inclusion":
                check_inclusion(
                    leaf=self.one, index=self.first, size=self.second, path=self.path, root=self.other
                )
            else:
                check_consistency(
                    old_size=self.first,
                    old_root=self.one,
                    new_size=self.second,
                    new_root=self.other,
                    path=self.path,
                )
        except ProofInvalid:
            return False
        return True

    def line(self) -> str:
        """Write it for tests/conformance/oracle."""
        hashes = ",".join(each.hex() for each in self.path)
        return f"{self.kind} {self.first} {self.second} {self.one.hex()} {self.other.hex()} {hashes}"

    @property
    def shape(self) -> str:
        shape = inclusion_shape if self.kind == "inclusion" else consistency_shape
        return shape(self.first, self.second)

    @property
    def possible(self) -> bool:
        """Whether the numbers are those of some proof that RFC 6962 defines."""
        return 0 <= self.first < self.second and (self.kind == "inclusion" or self.first > 0)


def inclusion(tree: PlainTree, index: int, size: int) -> Question:
    return Question("inclusion", index, size, tree.leaf(index), tree.root(size), tree.path(index, size))


def consistency(tree: PlainTree, old: int, new: int) -> Question:
    return Question("consistency", old, new, tree.root(old), tree.root(new), tree.proof(old, new))


def large(random: Random) -> tuple[Question, Question]:
    """Draw a consistency and an inclusion question over a tree of up to 2^40 leaves."""
    new = random.randrange(2, 1 << random.randint(2, 40)) + 1
    old, index = random.randrange(1, new), random.randrange(new)
    tree = PlainTree(random.getrandbits(64), (old, new, index, index + 1))
    return consistency(tree, old, new), inclusion(tree, index, new)


def spoiled_path(question: Question, random: Random) -> Iterator[Question]:
    """Spoil one hash: a bit flipped anywhere, a hash left out, put in, or exchanged with its neighbour."""
    path = question.path
    stranger = random.randbytes(32)
    yield replace(question, one=_flipped(question.one, random))
    yield replace(question, other=_flipped(question.other, random))
    for place, value in enumerate(path):
        before, after = path[:place], path[place + 1 :]
        yield replace(question, path=(*before, _flipped(value, random), *after))
        yield replace(question, path=before + after)
        yield replace(question, path=(*before, stranger, value, *after))
        if after:
            yield replace(question, path=(*before, after[0], value, *after[1:]))
    yield replace(question, path=(*path, stranger))


def moved_numbers(question: Question) -> Iterator[Question]:
    """Move each number by one either way, as far as such a proof can exist."""
    for step in (-1, 1):
        for moved in (
            replace(question, first=question.first + step),
            replace(question, second=question.second + step),
        ):
            if moved.possible:
                yield moved


def _flipped(value: bytes, random: Random) -> bytes:
    bit = 1 << random.randrange(256)
    return (int.from_bytes(value, "big") ^ bit).to_bytes(32, "big")
