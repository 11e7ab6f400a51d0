"""Many certificates of a type out of one sheet: checked row by row, issued by the worker, none twice."""
