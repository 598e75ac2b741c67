"""Driving devices, simulated or real, by the same calls: with netmiko, or typing at a prompt.

Knows netmiko, SSH, and what to expect at each platform's prompt; must not know the simulator: a
simulated device is an address and a password like any other.
"""
