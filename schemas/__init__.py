"""What is said: the contracts between producers, the feed and its readers. Pydantic and nothing else."""
