"""Pictures of a run and of several runs: a file per idea, each with a function that returns a picture."""
