"""The council agent without Faust: records in, rows and outputs out."""
