"""What the project says, from the summaries of its files: modules, symbols, types of values, effects, import chains."""
