"""The desk: a page on which two people key what was declared at the count."""
