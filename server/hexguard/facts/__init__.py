"""What one block says, as frozen values without positions: expressions, scopes, facts, and their summary."""
