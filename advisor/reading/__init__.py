"""What the ticket says."""
