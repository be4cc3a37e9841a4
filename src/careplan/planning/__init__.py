"""How many agents it takes: closed forms as a seed, simulation as the judge."""
