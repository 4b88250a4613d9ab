"""What a dataset looks like: the contract, its file, and what a change of it means."""
