"""What holds of an area's totals: one file per family of facts, one function per type, one table of all."""
