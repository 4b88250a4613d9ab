"""Whole programs over the warehouse, to be read and changed."""
