"""The protocols as bytes and as machines: codecs, IKE and ESP.

`wire` reads and writes packets, `ike` negotiates, `esp` protects.  Sans I/O and deterministic: the
caller brings time and entropy.  Must not know any lab, network or capture.
"""
