"""Nights that never were: invented councils, results drawn from a seed, and everything that goes wrong on the way."""
