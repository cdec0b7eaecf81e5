"""The command line: its parts, and the real program as people and scripts run it."""
