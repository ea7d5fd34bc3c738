"""Generators, demonstrations and inspection for those who work on Hexguard; not shipped."""
