"""`python -m deskbot` is the command line."""

from deskbot.cli import main

if __name__ == "__main__":
    main()
