"""Do readers get everything, once, in order, and nothing that could harm them?"""
