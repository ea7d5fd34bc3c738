"""Queries, one module for each aggregate."""
