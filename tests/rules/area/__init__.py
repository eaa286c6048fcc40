"""The rules of areas: councils come in any order, and what readers are left with is the same."""
