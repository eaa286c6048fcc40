"""Delivery against a real broker: a toy keeper, its oracle, and workers that are killed."""
