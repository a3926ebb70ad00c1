"""The command line.  ``commands`` lists the commands, ``shell`` is what each works with."""

from fieldops.cli.root import main

__all__ = ["main"]
