"""BGP with customers, on the wire: sessions over TCP, and what is told over them.

`session` is the state machine of one neighbour (RFC 4271 §8), `advertise` decides what a
neighbour hears, `speaker` joins both to a router.  The decision process is `control.path`'s.
"""
