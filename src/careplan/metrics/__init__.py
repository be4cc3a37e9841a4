"""Arithmetic on traces: what the customers met and what it took, as counts that add up, with their
uncertainty.
"""
