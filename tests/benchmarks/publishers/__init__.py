"""What the read side can carry, measured with real parts: python -m tests.benchmarks.publishers.<name>."""
