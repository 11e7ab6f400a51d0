"""How much a fault does: in every run enough to be found out by, and all of it by ``make test-faults``."""

import os

WHOLE = os.environ.get("YINXIN_FAULTS") == "whole"

KILLS = 100 if WHOLE else 50
"""SIGKILLs on each of the two kinds of chain, half of the site, half of the worker."""

TEST_SECONDS = 3_600 if WHOLE else 900
"""How long a test may take."""

STOPPED_SECONDS = 180.0 if WHOLE else 4.0
"""How long the node is away under load."""
