"""Third-party fonts, browser files and model weights: which are taken, from where, and their SHA-256."""
