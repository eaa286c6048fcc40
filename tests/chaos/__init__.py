"""Everything that can happen to a feed on one night, done to it on purpose: ``python -m tests.chaos --help``."""
