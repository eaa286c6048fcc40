"""What makes Faust lossless and fast: batches, table, recovery, sealing."""
