"""House rules: how the code is laid out, and that the documentation tells the truth."""
