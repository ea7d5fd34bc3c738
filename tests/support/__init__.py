"""What tests share: the fixture language, a workspace in memory, a real client."""
