"""How often intervals hold the truth: cases with exact answers, counted over many seeds."""
