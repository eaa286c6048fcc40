"""Headlines pushed to subscribers' own addresses: signed, in order per key, again until they are taken."""
