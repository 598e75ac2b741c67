"""IPsec: ISAKMP, IPsec, crypto maps, keyrings, sessions, the engine, and their debug output."""
