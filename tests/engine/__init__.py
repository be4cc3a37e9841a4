"""Tests of the engines: rules by hand, agreement at random, and mutants that show the tests have teeth."""
