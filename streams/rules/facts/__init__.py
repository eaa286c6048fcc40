"""What holds of a council's count: one file per family of facts, one function per type, one table of all."""
