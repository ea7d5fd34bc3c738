"""Rules about code that runs on an event loop."""
