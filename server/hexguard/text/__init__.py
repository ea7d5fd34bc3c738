"""Text without meaning, so that everything above can talk about places in it: spans, edits, lines, columns, documents.

All offsets are code points; only `encoding` knows how a client counts columns.
"""
