"""The exit codes, which scripts and CI rely on."""

CLEAN = 0
FINDINGS = 1
TROUBLE = 2
INTERRUPTED = 130
