"""From the tree of one block to its facts: the only place where the grammar's node types are known."""
