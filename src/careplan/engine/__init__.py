"""Two engines that play a workload on a roster and leave the same trace; RULES.md numbers what they do."""
