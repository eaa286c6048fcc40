"""Rehearsals: real nights on file, their replay, and the broker that they are replayed on."""
