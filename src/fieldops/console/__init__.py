"""The console's files as ``ui/`` builds them, and the terms under which a browser runs them."""
