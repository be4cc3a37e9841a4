"""What a planner writes: scenario files read into frozen blocks, every fault found at once and placed."""
