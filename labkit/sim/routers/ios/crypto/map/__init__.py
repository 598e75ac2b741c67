"""Crypto maps and dynamic maps."""
