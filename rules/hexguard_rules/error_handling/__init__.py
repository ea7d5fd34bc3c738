"""Rules about raising and catching exceptions."""
