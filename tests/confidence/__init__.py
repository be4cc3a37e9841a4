"""Whether plans keep the confidence they state: random scenarios, planned, then played on other customers."""
