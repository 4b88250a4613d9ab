"""Looks for what is wrong with a stack and its datasets, and says what helps."""
