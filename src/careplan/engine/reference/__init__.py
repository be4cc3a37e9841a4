"""The readable engine, on SimPy: RULES.md told as the lives of cases and agents. Slow, and the law."""
