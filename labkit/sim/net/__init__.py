"""The network itself: virtual time, links, forwarding, and the control plane above it.

Sans I/O and deterministic: time is a `Clock` that only its owner moves, entropy is seeded.
Must not know what a prompt looks like.
"""
