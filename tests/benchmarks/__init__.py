"""Speed, measured as ratios within one run against a named peer; run each with `python -m tests.benchmarks.NAME`."""
