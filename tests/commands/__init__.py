"""What each command says and how it ends."""
