"""The protocols as bytes and as machines: codecs, IKE, ESP, and the fields of each.

`wire` reads and writes packets, `ike` negotiates, `esp` protects, `fields` says what the fields of
each protocol are called and where they lie.  Sans I/O and deterministic: the caller brings time and
entropy.  Must not know any lab, network or capture.
"""
