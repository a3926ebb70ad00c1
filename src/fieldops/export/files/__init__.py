"""The formats: each writes the rows of one dataset into one file."""
