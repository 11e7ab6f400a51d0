"""Documents, agreements, signatures, seals and electronic certificates."""
