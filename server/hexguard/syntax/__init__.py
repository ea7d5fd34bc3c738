"""Python text as syntax, so that nobody above needs to know a parser: blocks, trees, comments."""
