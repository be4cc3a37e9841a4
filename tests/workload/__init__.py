"""Tests of sampling, and of workloads and rosters given as tables."""
