"""What happens: rules, agents, delivery and everything around them."""
