"""The API's answers for a state of the archive: bodies as bytes, records of the topics untouched within them."""
