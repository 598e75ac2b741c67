"""Interfaces and ARP."""
