"""Shifts: how many people begin each legal shift, so that the targets hold at least cost."""
