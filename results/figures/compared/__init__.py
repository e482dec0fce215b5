"""Pictures of several strategies, side by side on the same random numbers."""
