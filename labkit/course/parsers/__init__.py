"""Device output as facts, one subject a file: pure functions from text to frozen dataclasses.

They read what real routers print (tested on real samples and on our own output over both
transports) and must not know where a text came from.  What cannot be found is absent, never
guessed: an empty list, or None.
"""
