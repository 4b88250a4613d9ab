"""What Stackhouse is made of, and what is known to be wrong with that."""
