"""What a run made: manifests, the ledger, and how long each is kept."""
