"""Pictures of results: plain data first, then one module for each picture."""
