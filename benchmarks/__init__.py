"""How fast careplan is, as ratios of interleaved medians; scripts beside the package, not part of it."""
