"""One simulated world and its month."""
