"""Sharing certificates with other authorities' systems: who asked for what, for which purpose."""
