"""The doors: HTTP, pages, worker, command line, settings and wiring."""
