"""For producers with a Kafka client: the right key, the right headers, the right partition."""
