"""The rules, tested as a night would read: histories of events in, whole headlines out."""
