"""The customer's PCs and the sniffer: a small, honest Linux shell.

What it has behaves and prints as Linux does (iproute2, iputils, tcpdump 4.99); what it has not
is `command not found`.  Must not know SSH.
"""
