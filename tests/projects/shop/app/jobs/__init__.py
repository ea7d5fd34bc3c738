"""Tasks that the scheduler starts."""
