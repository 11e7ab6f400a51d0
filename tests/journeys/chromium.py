"""Where Chromium is."""

CHROMIUM = "/usr/bin/chromium"
