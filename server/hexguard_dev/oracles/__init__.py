"""Compares what Hexguard finds in the test suites of other linters with what those suites expect."""
