"""Help texts of IOS words behind values, and of words that mean something else where they stand.

A path is the words that lead to a word and it, with `<name>` for a value.  In our own short words,
like those of `texts`, which come second.
"""

from __future__ import annotations

_WORDS = """\
/ipv4: Use IPv4
64: Packets
512: Packets
1024: Packets
activate: Enable the address family for this neighbor
advertised-routes: Routes that it is told
both: Standard and extended
ebgp-multihop: Allow a neighbor that is not connected
esp-3des: ESP with 3DES (168 bits)
esp-aes: ESP with AES
esp-des: ESP with DES (56 bits)
esp-gcm: ESP with AES in Galois counter mode
esp-null: ESP without encryption
esp-md5-hmac: ESP with HMAC-MD5
esp-sha-hmac: ESP with HMAC-SHA
esp-sha256-hmac: ESP with HMAC-SHA256
esp-sha384-hmac: ESP with HMAC-SHA384
esp-sha512-hmac: ESP with HMAC-SHA512
ge: Least length
le: Greatest length
if-authenticated: Whoever has logged in
inbound: Updates received
mask: Network mask
next-hop-self: This router is the next hop
no-xauth: No extended authentication for this peer
on-demand: Ask only when there is something to send
periodic: Ask after every silence
permanent: Keep the route when its interface goes down
port: First port of the probes
revert: When the changes are taken back
routes: Routes that it has told and that were accepted
send-community: Send communities
seq: Sequence number
soft-reconfiguration: Keep what was received
update-source: Source of the session
"""
_PATHS = """\
crypto isakmp default: Default policies
crypto isakmp enable: Enable ISAKMP
crypto isakmp key: Set a preshared key
crypto isakmp nat: Keepalives through a NAT
crypto isakmp peer: Settings for one peer
crypto isakmp peer address: Address of the peer
crypto isakmp policy: Set a protection suite
crypto isakmp key <key> address: Address of the peer
crypto isakmp key <key> hostname: Name of the peer
crypto isakmp key <type> <key> address: Address of the peer
crypto isakmp key <type> <key> hostname: Name of the peer
crypto ipsec df-bit: DF bit of the outer header
crypto ipsec df-bit clear: Clear it
crypto ipsec df-bit copy: Copy it from the inner header
crypto ipsec df-bit set: Set it
set peer: Allowed peer
reverse-route remote-peer: Next hop of the routes
set reverse-route: Settings of the routes
set reverse-route distance: Administrative distance
set reverse-route tag: Tag
crypto dynamic-map: Enter a template for peers that come
crypto map <name> <sequence> ipsec-isakmp dynamic: Take the entries of a dynamic map
show crypto dynamic-map: Dynamic maps
show crypto dynamic-map tag: One dynamic map
crypto keyring: Keys for some peers
crypto isakmp profile: Which peers have which keyring
pre-shared-key: Key of a peer
pre-shared-key address: By its address
pre-shared-key hostname: By its name
pre-shared-key address <peer> key: The key
pre-shared-key address <peer> <mask> key: The key
pre-shared-key hostname <name> key: The key
keyring: Keyring that counts for these peers
match identity: Peers of this profile
match identity address: By address
set isakmp-profile: Profile that the peer must have
show crypto isakmp profile: ISAKMP profiles
crypto ipsec fragmentation: When to cut what will not fit
crypto ipsec fragmentation before-encryption: The packet, before it is encrypted
crypto ipsec fragmentation after-encryption: The encrypted packet
login block-for: Shut the door after too many failures
login block-for <block> attempts: How many failures
login block-for <block> attempts <attempts> within: In how many seconds
show login: Failed logins and what comes of them
clock set: Set the time and date
debug ip packet: Packets that the router itself sends or gets
no debug ip packet: Packets that the router itself sends or gets
undebug ip packet: Packets that the router itself sends or gets
show crypto eli: Encryption layer interface
show crypto engine brief: The engine in brief
show crypto engine configuration: The engine's configuration
show crypto ipsec sa count: Number of SAs
show crypto isakmp sa active: SAs that are in use
show crypto isakmp sa count: Number of SAs
show crypto isakmp sa nat: SAs through a NAT
show memory summary: Summary of the pools
clear crypto session local: Sessions of one local address
show crypto route: Routes of reverse route injection
reverse-route static: Routes from the access list at once
show crypto ipsec sa identity: Flows without their SAs
show crypto ipsec sa interface: SAs of one interface
show crypto ipsec sa map: SAs of one crypto map
show crypto session interface: Sessions of one interface
show crypto session local: Sessions of one local address
show crypto session brief: One line for each session
show crypto isakmp default: Default policies
clear crypto sa map: SAs of one crypto map
"""
_NEIGHBOR = {
    "password": "Set a password for the session",
    "prefix-list": "Filter its updates",
    "remote-as": "Its autonomous system",
    "route-map": "Apply a route map to its updates",
    "shutdown": "Shut the session down",
}

TEXTS_IN_PLACE = {
    path: text
    for path, _, text in (line.partition(": ") for line in (_WORDS + _PATHS).splitlines())
} | {f"neighbor <peer> {word}": text for word, text in _NEIGHBOR.items()}
