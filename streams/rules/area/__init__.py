"""Counties, regions and nations: the set of what councils gave them, its totals, and what follows from those."""
