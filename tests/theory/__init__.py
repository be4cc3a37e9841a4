"""The engine against queueing theory: exact figures, simulated ones, and the bias the comparison would catch."""
