"""Tables and connections."""
