"""Speed and memory, as ratios against a reference that runs beside them. Not pytest tests."""
