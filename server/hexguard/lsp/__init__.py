"""The language server: the only package that knows the protocol. Everything below it speaks of documents and spans."""
