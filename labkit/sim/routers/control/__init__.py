"""The lab's own prompt: the control channel for scripts and other processes.

Must not know how the lab does what it is asked: that is behind `Control`.
"""
