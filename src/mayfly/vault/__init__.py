"""The sealed store: the only package that opens SQLite or touches keys."""
