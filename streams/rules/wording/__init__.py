"""Facts into sentences: slots are filled here from the count, the words come from a language."""
