"""The use cases; they know domain and ports, never Qt."""
