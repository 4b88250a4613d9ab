"""Starts, stops and looks at a whole stack, whatever its profile."""
