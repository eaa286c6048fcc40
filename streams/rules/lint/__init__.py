"""A sentence or page held against standings: numbers, names, bases, words. It says what is wrong, not what to write."""
