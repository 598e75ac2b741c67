"""The composition root: a topology, a network, devices with prompts, captures, SSH servers.

`Lab` in `lab` reads as the list of steps; everything below it is a part that knows
nothing of the others.  Must not know Jupyter.
"""
