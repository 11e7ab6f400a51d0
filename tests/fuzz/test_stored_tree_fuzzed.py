"""The proofs that ledger.tree reads from PostgreSQL, for logs of up to 2^40 entries, against RFC 6962 itself.

No such log can be filled: only the nodes that a proof reads are stored, hashed as in the plain tree.
"""

from random import Random

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from ledger import tree
from ledger.database import Database
from tests.fuzz.plain_tree import PlainTree


def store(session: Session, plain: PlainTree, *, old: int, index: int, new: int) -> None:
    spans = [(0, old), (0, new), *tree._consistency_spans(old, new), *tree._inclusion_spans(index, new)]
    coordinates = {coordinate for span in spans for coordinate in tree._coordinates(span)}
    rows = [
        {"level": level, "position": place, "hash": plain.mth(place << level, place + 1 << level)}
        for level, place in sorted(coordinates)
    ]
    session.execute(insert(tree.Node), rows)


@pytest.mark.slow
def test_stored_proofs_over_up_to_2_to_the_40_are_those_of_the_standard(owners_database: Database) -> None:
    for seed in range(300):
        random = Random(seed)  # noqa: S311 - the same cases in every run
        new = random.randrange(2, 1 << random.randint(2, 40)) + 1
        old, index = random.randrange(1, new), random.randrange(new)
        plain = PlainTree(seed, (old, new, index, index + 1))
        with owners_database.engine.connect() as connection, Session(connection) as session:
            store(session, plain, old=old, index=index, new=new)
            assert tree.root(session, new) == plain.root(new)
            assert tree.frontier(session, old).peaks == plain.peaks(old)
            assert tree.consistency_path(session, old_size=old, new_size=new) == plain.proof(old, new)
            assert tree.inclusion_path(session, index=index, size=new) == plain.path(index, new)
            session.rollback()
