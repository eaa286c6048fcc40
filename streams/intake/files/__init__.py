"""Declarations from files: JSON lines and two layouts of CSV, matched to the maps by name, never by guess."""
