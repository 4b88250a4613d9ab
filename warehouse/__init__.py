"""What every stage agrees on: contract, quarter, paths, batch, release, settings, errors."""
