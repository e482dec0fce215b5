"""The engine against theory: known formulas, run on the real model with parts of it switched off."""
