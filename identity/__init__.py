"""People and organizations, the face scan, and the authorizations that come of it."""
