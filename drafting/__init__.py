"""Drafts a contract and a first mart from a sample file: `./stackhouse new`."""
