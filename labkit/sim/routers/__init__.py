"""The routers and hosts: a folder for each platform, and what all of their command lines share.

Sans I/O and deterministic.  Knows the network below and its own platforms' words; must not know
the lab that holds the devices, nor how sessions reach them.
"""
