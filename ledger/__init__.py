"""Remembers: the append-only log of salted hashes, and its anchor on the chain."""
