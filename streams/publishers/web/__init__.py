"""The addresses: which question goes where, and how each is documented. What is answered is made elsewhere."""
