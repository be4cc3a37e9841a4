"""Fewest people who hold seats: seat arithmetic, shifts, a rotation."""
