"""Rules about migrations with Alembic."""
