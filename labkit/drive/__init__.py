"""Driving devices with netmiko, simulated or real, by the same calls.

Floor 4.  Knows netmiko and what to expect at each platform's prompt; must not know the
simulator: a simulated device is an address and a password like any other.
"""
