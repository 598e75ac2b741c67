"""Cisco IOS: the gateways of the customer's sites.

Filed by subject: `acl`, `interface`, `nat`, `routing`, `crypto`, `log`, `login`, `files`, `system`,
`ping` (with `traceroute`), `telnet`.  In each, `settings` has the rows of the configuration and
mostly the facts that they come to, `page` the show commands, `debug` the debug output.  The
machinery is beside them (`rows`, `kinds`, `configuring`, `running`, `shell`, `device`); `subjects`
is the one place where both meet.
"""
