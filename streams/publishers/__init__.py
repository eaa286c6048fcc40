"""Headlines to the world: pages, API, streams, feeds, webhooks. Reads topics, writes none, and knows no agent."""
