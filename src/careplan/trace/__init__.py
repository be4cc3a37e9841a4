"""What happened: a row per case, a row per turn, and what follows from them for agents and backlog."""
