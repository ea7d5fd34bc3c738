"""Lets `python -m hexguard` do what the command `hexguard` does."""

import sys

from hexguard.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
