"""The signing page in a page of a firm's own software: which sites may frame it, and by which address."""
