"""The capacity plan: months ahead, what they take, who is there, who is hired, what it costs."""
