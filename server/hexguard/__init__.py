"""Hexguard: a language server and command line that reviews Python backend code block by block."""

__version__ = "0.1.0"
