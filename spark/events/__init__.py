"""What Spark did: its event log of one plan, and what it says."""
