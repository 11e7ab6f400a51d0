"""Templates of agreements: kept by a firm with roles in the place of parties, filled in for each use."""
