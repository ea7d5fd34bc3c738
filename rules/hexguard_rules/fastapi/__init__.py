"""Rules about FastAPI applications."""
