"""The contracts: what they refuse, what they accept, and what is written down of them."""
