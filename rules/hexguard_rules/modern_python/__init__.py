"""Rules about the Python that the project may use by now."""
