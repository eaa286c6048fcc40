"""Runs that go on for minutes, started by hand."""
