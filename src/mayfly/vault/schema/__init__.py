"""Numbered SQL steps that make and upgrade the vault's tables; never edited after release."""
