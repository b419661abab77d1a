"""Other links outside: content on disk, the directory, PDF."""
