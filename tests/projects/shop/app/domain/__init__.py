"""Business rules: no framework, no database, no network."""
