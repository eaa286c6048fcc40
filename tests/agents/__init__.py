"""The agents, tested without Faust, and with it where that is the claim."""
