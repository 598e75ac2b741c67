"""The Phase 1 policies that IOS 15.x uses when none is configured.

Out of its documentation ("default IKE policies", since 12.4(20)T); a configured policy, or
`no crypto isakmp default policy`, switches them off.
"""

from __future__ import annotations

from labkit.model.facts import IsakmpPolicy

DEFAULT_POLICIES = (
    IsakmpPolicy(65507, "aes", 128, "sha", "rsa-sig", 5),
    IsakmpPolicy(65508, "aes", 128, "sha", "pre-share", 5),
    IsakmpPolicy(65509, "aes", 128, "md5", "rsa-sig", 5),
    IsakmpPolicy(65510, "aes", 128, "md5", "pre-share", 5),
    IsakmpPolicy(65511, "3des", None, "sha", "rsa-sig", 2),
    IsakmpPolicy(65512, "3des", None, "sha", "pre-share", 2),
    IsakmpPolicy(65513, "3des", None, "md5", "rsa-sig", 2),
    IsakmpPolicy(65514, "3des", None, "md5", "pre-share", 2),
)
