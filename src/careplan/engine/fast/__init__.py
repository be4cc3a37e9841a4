"""The compiled engine: pack tables into arrays, run the kernel, unpack a trace."""
