"""Tries every fix on the code of real projects, and writes the page that says how that went."""
