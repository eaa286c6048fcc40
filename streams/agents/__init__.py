"""What is done with what is decided: take, ask the rules, keep, say."""
