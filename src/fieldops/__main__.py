"""``python -m fieldops`` is the command ``fieldops``."""

from fieldops.cli import main

if __name__ == "__main__":
    main()
