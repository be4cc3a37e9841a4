"""Tests of the planner: closed forms, seeds, search."""
