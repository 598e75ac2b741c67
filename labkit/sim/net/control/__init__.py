"""The control plane as a function: facts and port states in, every router's tables out.

IGP, then LSPs and pseudowires, then BGP and the routing tables, to a bounded fixed point.
What only packets can tell (routes learned from customers' BGP sessions) comes in as data.
Must not know: time, frames, prompts, and how a router forwards.
"""
