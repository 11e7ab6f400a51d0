"""The figures of verification: offline, online, on a phone, and what it takes to issue what is verified."""

from tests.bench import verify_codes, verify_offline, verify_online, verify_phone
from tests.bench.harness import Figures

PERMITS = 60


def run(figures: Figures) -> None:
    """Take all figures: those without a network first, then those of a city at work."""
    verify_offline.run(figures)
    verify_codes.run(figures)
    with verify_online.opened(3 if figures.quick else PERMITS) as site:
        verify_online.run(figures, site)
        verify_phone.run(figures, site)
