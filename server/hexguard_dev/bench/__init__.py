"""Compares Hexguard with other servers on the same code, and shows how it grows with files, rules and projects."""
