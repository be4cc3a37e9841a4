"""Money: what a roster is paid."""
