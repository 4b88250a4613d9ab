"""Files that a user gives to `load` and `new`: which they are, and their bytes."""
