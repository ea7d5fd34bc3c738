"""Random edits on real code, each compared with from scratch: the proof that working incrementally changes nothing."""
