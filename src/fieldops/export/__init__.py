"""What a run of the export contains, and its files."""
