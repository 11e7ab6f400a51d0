"""What makes bytes provable: pure functions and values, no I/O, no database, no network."""
