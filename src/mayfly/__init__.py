"""Mayfly reads documents on the device, keeps them sealed, and lets them expire."""
