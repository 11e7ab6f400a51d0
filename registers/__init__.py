"""registers: what authorities say, asked through one port and kept as their signed receipts."""
