"""Help texts of the IOS grammar, in our own short words.

Looked up by the words that lead to one ("show crypto map"), then by the word alone.  A word that
is missing here is listed without a text.
"""

from __future__ import annotations

_EXEC = """\
arp-cache: ARP entries of every interface
begin: Begin with the line that matches
brief: One line for each interface
clear: Reset functions
configure: Enter configuration mode
configure terminal: Configure from the terminal
connections: Connections of the crypto engine
copy: Copy from one file to another
counters: Clear counters
debug: Debugging functions (see also 'undebug')
detail: Show more
disable: Turn off privileged commands
enable: Turn on privileged commands
engine: Crypto engine
erase: Erase a filesystem
exact-route: The path that a flow takes
exit: Leave the mode, or the session
logout: Leave the session
quit: Leave the session
ping: Send echo messages
reload: Halt and perform a cold restart
show: Show running system information
ssh: Open a secure shell client connection
telnet: Open a telnet connection
terminal: Set terminal line parameters
traceroute: Trace route to destination
undebug: Disable debugging functions (see also 'debug')
write: Write running configuration to memory, network, or terminal
access-lists: List access lists
arp: ARP table
bgp: BGP information
cdp: CDP information
cef: Cisco Express Forwarding
clock: Display the system clock
crypto: Encryption module
debugging: State of each debugging option
history: Display the session command history
inventory: Show the physical inventory
interfaces: Interface status and configuration
logging: Show the contents of logging buffers
privilege: Show current privilege level
protocols: Active network routing protocols
running-config: Current operating configuration
startup-config: Contents of startup configuration
users: Display information about terminal lines
version: System hardware and software status
summary: Summary of BGP neighbor status
neighbors: Detailed information on neighbors
isakmp: Internet Security Association and Key Management Protocol
ipsec: IPSEC policy
sa: Security Associations
session: Crypto sessions
peers: ISAKMP peers
policy: ISAKMP protection suites
key: ISAKMP preshared keys
peer: SAs with one peer
remote: Sessions with one peer
active: Active connections
unicast: Address family modifier
ipv4: Address family
connected: Connected routes
static: Static routes
length: Set number of lines on a screen
width: Set width of the display terminal
monitor: Copy debug output to the current terminal line
memory: Write to NV memory
all: All of them
source: Source address or interface
size: Datagram size
repeat: Repeat count
timeout: Timeout in seconds
df-bit: Do not fragment
validate: Validate reply data
data: Data pattern
tos: Type of service
probe: Probes for each hop
ttl: Least and greatest time to live
numeric: Show addresses only
icmp: ICMP
/source-interface: Specify source interface
"""
_CONFIG = """\
access-list: Add an access list entry
access-group: Specify access control for packets
access-class: Filter connections based on an access list
address: Set an address
address-family: Enter address family configuration
authentication: Set authentication method for protection suite
banner: Define a login banner
crypto map: Enter a crypto map, or apply one
default: Set a command to its defaults
description: Text that describes this
do: Run an exec command
deny: Specify packets to reject
permit: Specify packets to forward
remark: Access list entry comment
duplex: Configure duplex operation
encr: Set encryption algorithm for protection suite
encryption: Set encryption algorithm for protection suite
end: Leave configuration mode
group: Set the Diffie-Hellman group
hash: Set hash algorithm for protection suite
hostname: Set system's network name
interface: Select an interface to configure
ip: Internet Protocol
ipsec-isakmp: IPSEC with ISAKMP
keepalive: Dead peer detection
lifetime: Set lifetime
line: Configure a terminal line
local-address: Interface to use for local address for this crypto map
login: Enable password checking
match: Match values
mode: Encapsulation mode
mtu: Set the maximum transmission unit
maximum-paths: Forward packets over multiple paths
neighbor: Specify a neighbor router
network: Specify a network to announce via BGP
no: Negate a command or set its defaults
password: Set a password
prefix-list: Build a prefix list
privilege level: Privilege level of the line
redistribute: Redistribute other routes
remote-as: Specify a BGP neighbor
route: Establish static routes
route-map: Create a route map
router: Enable a routing process
secret: Specify a secret
service: Modify use of network based services
set: Set values
shutdown: Shutdown the selected interface
speed: Configure speed operation
media-type: Media type
transform-set: Define transform and settings
transport: Define transport protocols
username: Establish User Name Authentication
tunnel: Tunnel (encapsulate datagram) mode
transport require: Refuse any other mode
pfs: Specify pfs settings
security-association: Security association parameters
isakmp policy: Set a protection suite
isakmp key: Set a preshared key
tcp: Transmission Control Protocol
udp: User Datagram Protocol
esp: Encapsulation Security Payload
ahp: Authentication Header Protocol
any: Any host
host: A single host
eq: Match only packets on a given port number
log: Log matches against this entry
exec-timeout: Set the EXEC timeout
nat: NAT interface commands
map: Crypto maps
tag: Crypto map with this name
lookup: Look names up in the DNS
domain: IP DNS
aaa: Authentication, Authorization and Accounting
bandwidth: Set bandwidth informational parameter
boot-start-marker: Where boot commands begin
boot-end-marker: Where boot commands end
control-plane: Configure control plane services
forward-protocol: Forwarding of broadcasts
http: HTTP server
ipv6: IPv6
multilink: PPP multilink
redundancy: Enter redundancy mode
scheduler: Scheduler parameters
timestamps: Timestamp debug and log messages
password-encryption: Encrypt system passwords
access-list resequence: Number entries anew
adjust-mss: Adjust the mss of transit packets
"""
TEXTS = {word: text for word, _, text in (
    line.partition(": ") for line in (_EXEC + _CONFIG).splitlines()
)}  # fmt: skip
"""By word, or by the words that lead to it and it."""
