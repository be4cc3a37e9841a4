"""One module per simulator: each plays a work as a good user of that simulator would write it."""
