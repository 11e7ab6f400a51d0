"""Third-party fonts and browser files: which are taken, from where, and their SHA-256."""
