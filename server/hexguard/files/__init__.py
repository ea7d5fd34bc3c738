"""The only input and output of the core: finding, reading and writing files, and telling when they changed."""
