"""In a real browser: is the page live, whole, accessible and safe?"""
