"""Reads a release through HiveServer2 before readers do."""
