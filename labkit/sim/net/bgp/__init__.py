"""BGP with customers, on the wire: sessions over TCP, and what is told over them.

`session` is the state machine of one neighbour (RFC 4271 §8), `adj_rib` decides what is kept of
what a neighbour says and what it hears, `speaker` joins them to a router.  The decision
process is `control.path`'s.
"""
