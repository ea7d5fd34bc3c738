"""The rules of Hexguard: one file a rule, one package a family, and tables of what is known about libraries."""
