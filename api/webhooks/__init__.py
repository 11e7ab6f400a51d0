"""Webhooks: a firm's own software is told by HTTPS what happened, one file per room below."""
