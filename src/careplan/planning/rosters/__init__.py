"""Rosters of named people: who works which shift on which day."""
