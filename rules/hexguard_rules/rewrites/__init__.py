"""Translations that are too large for the file of a rule: one module each, built on `Edits` alone."""
