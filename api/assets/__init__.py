"""Third-party fonts and browser files: which are taken, from where, and whether they are what they should be."""
