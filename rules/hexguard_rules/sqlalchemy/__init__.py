"""Rules about SQLAlchemy 2: sessions, queries, models."""
