"""Who the simulated router says it is: release, platform, hardware."""

VERSION = "TiMOS-C-13.0.R9"
BUILT = "Built on Thu Mar 3 14:25:49 PST 2016 by builder in /rel13.0/b1/R9/panos/main"
PLATFORM = "ALCATEL-LUCENT SR 7750"
COPYRIGHT = "Copyright (c) 2000-2016 Alcatel-Lucent."
CHASSIS = "7750 SR-12"
SAVED_AS = "cf3:\\config.cfg"
PORTS = tuple(f"1/1/{number}" for number in range(1, 6))
"""The ports of its one MDA, an m5-1gb-sfp-b."""
