"""Rules about Pydantic models and settings."""
