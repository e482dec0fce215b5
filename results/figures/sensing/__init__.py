"""Pictures of what drives an outcome, and of where a choice holds."""
