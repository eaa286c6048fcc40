"""Whole nights through the rules, compared with what was published."""
