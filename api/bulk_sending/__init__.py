"""Many agreements out of one template: a sheet is checked whole, then the worker sends row by row."""
