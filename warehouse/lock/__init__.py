"""One writer at a time for each dataset."""
