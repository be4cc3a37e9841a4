"""One module per part of the table; each has ``measure(settings)`` and returns a ``Section``."""
