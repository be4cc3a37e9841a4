"""LAWS of any correct simulator, as properties of random worlds and as comparisons of twin worlds."""
