"""Experiments: strategies compared, designs swept, capacity mapped; ``from experiments import compare``."""

from typing import Any

FUNCTIONS = {
    "compare": "comparing",
    "least_means": "seeking",
    "map_capacity": "mapping",
    "optimise": "optimising",
    "robustness": "robust",
    "sensitivity": "sensing",
    "sweep": "sweeping",
}
"""What a notebook wants, and the module it is in; each is imported when it is asked for."""

__all__ = ["compare", "least_means", "map_capacity", "optimise", "robustness", "sensitivity", "sweep"]


def __getattr__(name: str) -> Any:
    if name not in FUNCTIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{FUNCTIONS[name]}"), name)
