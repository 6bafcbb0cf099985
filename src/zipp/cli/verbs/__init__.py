"""One verb per file; each says what it does in its docstring, which is also its --help."""
