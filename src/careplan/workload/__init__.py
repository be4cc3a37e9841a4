"""Everything random, drawn before an engine runs, or given: cases and turns as columns."""
