"""Runs rules over documents, incrementally: inputs go in, findings come out, and equal values stop the work."""
