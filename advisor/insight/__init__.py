"""What came of it: figures from the records."""
