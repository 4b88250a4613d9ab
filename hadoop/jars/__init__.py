"""What Maven brings, and what it must be."""
