"""Loopback SSH around shells: every device of a lab is an SSH server on 127.0.0.1.

Floor 4.  Knows SSH (RFC 4251 to 4254, by paramiko) and the few verbs of `port`; must not know
the lab, what a shell is, or who answers behind it.
"""
