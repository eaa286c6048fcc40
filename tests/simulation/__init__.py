"""Delivery without a network: the parts of production on a broker in memory, whose every turn comes from one seed."""
