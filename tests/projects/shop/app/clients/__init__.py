"""Everything that talks to somebody outside the shop."""
