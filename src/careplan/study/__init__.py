"""Studies: a scenario played many times, in one staffing or in several."""
