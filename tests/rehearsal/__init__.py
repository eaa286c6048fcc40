"""Tests of nights on file: building, checking and replaying them."""
