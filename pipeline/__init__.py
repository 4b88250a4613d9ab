"""What a command does to one dataset; prints nothing."""
