"""The ledger's figures: durable facts, anchoring, gas beside the peers' contracts, proofs at scale."""

from tests.bench import anchored, durable, gas, proofs
from tests.bench.city import ACCOUNT, open_city
from tests.bench.harness import Figures


def run(figures: Figures) -> None:
    """Take all figures, each part on a database of its own."""
    with open_city() as city:
        with city.database() as database:
            durable.run(figures, database)
        with city.database() as database, city.anchoring(database) as (anchoring, _):
            anchored.run(figures, database, anchoring)
        with city.database() as database, city.anchoring(database) as (anchoring, url):
            gas.run(figures, database, anchoring, ACCOUNT, url)
        proofs.run(figures, city)
