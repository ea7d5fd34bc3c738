"""What a client can ask for, one feature in each file; `hexguard.lsp.server` registers them all."""
