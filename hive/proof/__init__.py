"""Proves marts by a second engine: Hive computes again what Spark wrote."""
