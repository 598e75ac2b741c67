"""labkit: a course on MPLS L3VPN and IPsec whose routers run inside Python.

Importing this package costs nothing: it holds the version and no imports.  The parts are
imported by name (`from labkit.protocols.wire import ipv4`); `labkit.commands` is the command line.
"""

__version__ = "0.1.0"
