"""Checks evidence without the server, the database or anybody's word."""
