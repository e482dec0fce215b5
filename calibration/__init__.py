"""Calibration: targets, simulation bank, approximate Bayesian computation, checks, validation."""
