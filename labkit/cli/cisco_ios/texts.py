"""Help texts of the IOS grammar, in our own short words.

Looked up by the words that lead to one ("show crypto map"), then by the word alone.  A word that
is missing here is listed without a text.
"""

from __future__ import annotations

from labkit.cli.cisco_ios.texts_in_place import TEXTS_IN_PLACE

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
pfs: Specify pfs settings
security-association: Security association parameters
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
adjust-mss: Adjust the mss of transit packets
"""
_FILES = """\
archive: Archived configurations
archive config: Save the running configuration in the archive
config: Configuration
configure confirm: Keep the changes that wait for confirmation
configure replace: Replace the running configuration with a file
configure revert: Take back changes that wait for confirmation
configure terminal revert: Take the changes back unless they are confirmed
dir: List files on a file system
file: File systems
systems: List the file systems
force: Do not ask
list: A list, or the commands that are applied
maximum: How many files are kept
more: Display the contents of a file
now: At once
path: Where the archive is written
rollback: Changes that wait for confirmation
time: Minutes in which the change must be confirmed
timer: Minutes in which changes must be confirmed
trigger: When the changes are taken back
write-memory: Archive whenever the configuration is saved
"""
_VALUES = """\
*: All of them
-l: Log in as this user
3des: Three key triple DES
aes: AES - Advanced Encryption Standard
des: DES - Data Encryption Standard (56 bit keys)
128: 128 bit keys
192: 192 bit keys
256: 256 bit keys
sha: Secure Hash Standard
sha256: Secure Hash Standard 2 (256 bit)
sha384: Secure Hash Standard 2 (384 bit)
sha512: Secure Hash Standard 2 (512 bit)
md5: Message Digest 5
pre-share: Pre-Shared Key
rsa-sig: Rivest-Shamir-Adleman Signature
rsa-encr: Rivest-Shamir-Adleman Encryption
auto: Negotiate it
full: Full duplex
half: Half duplex
speed 10: 10 Mbps
speed 100: 100 Mbps
speed 1000: 1000 Mbps
rj45: RJ45 connector
gbic: GBIC connector
emergencies: System is unusable (0)
alerts: Immediate action needed (1)
critical: Critical conditions (2)
errors: Error conditions (3)
warnings: Warning conditions (4)
notifications: Normal but significant conditions (5)
informational: Informational messages (6)
gre: Generic Routing Encapsulation
eigrp: EIGRP routing protocol
igmp: Internet Group Management Protocol
ospf: OSPF routing protocol
pim: Protocol Independent Multicast
neq: Match only packets not on a given port number
lt: Match only packets with a lower port number
gt: Match only packets with a greater port number
range: Match only packets in the range of port numbers
established: Match established connections
log-input: Log matches with the input interface
common: One session ID for everything
unique: A session ID for each service
local: Local user names
local-case: Local user names, case sensitive
none: Nothing
dn: Distinguished name
standard: Standard
extended: Extended
in: Inbound
out: Outbound
soft: Without ending the session
inside: Inside
outside: Outside
require: Refuse any other mode
user: User messages
syslog: Messages of syslog
"""
_SETTINGS = """\
aggressive-mode: ISAKMP aggressive mode
peer-group: Neighbors with the same settings
secondary: One more address of the interface
call: Connection admission control
admission: Connection admission control
limit: Limits
ike: Internet Key Exchange
in-negotiation-sa: IKE SAs that are being negotiated
client-endpoint: How we identify ourselves
fqdn: Fully qualified domain name
user-fqdn: User name and domain name
ipv4-address: IPv4 address
allocate: Shares of CPU time
as-path: AS path attribute
prepend: Put AS numbers before the path
authenticated: Name bundles by the authenticated name
authentication-retries: Tries to log in
authorization: What a user may do
auto-summary: Summarize networks
aux: Auxiliary line
console: Console
buffered: Logging into the buffer
bundle-name: How bundles are named
cpu: Use of the CPU
datetime: Stamp with date and time
uptime: Stamp with the time since the start
msec: Include milliseconds
localtime: Use the local time zone
show-timezone: Include the time zone
domain-lookup: Look names up in the DNS
domain-name: Default domain name
name: Name
exec: The exec
exit-address-family: Leave the address family
facility: Facility of messages to servers
hosts: Names and addresses of hosts
identity: How the peers know each other
invalid-spi-recovery: Answer invalid SPIs
kilobytes: Volume in kilobytes
seconds: Time in seconds
local-preference: Local preference attribute
metric: Metric, the MED of BGP
log-neighbor-changes: Log neighbors that go up and down
router-id: Own router identifier
motd: Message of the day
nd: Network disks
new-model: Use lists of methods on every line
on: Logging to anywhere but the console
preferred: Protocol that is tried first
input: Protocols that are let in
output: Protocols that may be used outward
processes: Active processes
sorted: Busiest first
proxy-arp: Answer ARP for others
redirects: Send ICMP redirects
unreachables: Send ICMP unreachables
unreachable: ICMP unreachables
rate-limit: Limit the rate
virtual-reassembly: Reassemble fragments virtually
replay: Anti-replay
window-size: Packets of the anti-replay window
idle-time: Seconds without a packet until an SA ends
nat-transparency: ESP through NAT
udp-encapsulation: ESP in UDP
line: Terminal lines
all: With what holds anyway
logging rate-limit: At most so many messages a second
except: Messages that always pass
weight: What routes weigh on this router
resequence: Number entries anew
reverse-route: Routes to what the peers protect
run: Enable it
secure-server: HTTPS server
server: Server
sequence-numbers: Number the messages
session-id: Session identifiers
source-interface: Interface whose address messages come from
statistics: Statistics
stopbits: Stop bits
synchronization: Wait for the IGP
synchronous: Show the line again after a message
synwait-time: Time to wait for a connection
tcp-keepalives-in: Keepalives on incoming connections
tcp-keepalives-out: Keepalives on outgoing connections
time-out: Time to log in
timers: Keepalive and hold time
translation: Translations
translations: Translations
trap: Logging to servers
unicast-routing: Unicast routing
vty: Virtual terminal
"""
_NUMBERED = "".join(
    [f"group {n}: Diffie-Hellman group {n}\nset pfs group{n}: D-H Group{n}\n"
     for n in (1, 2, 5, 14, 15, 16, 19, 20, 21, 24)]
    + [f"local{n}: Local use\n" for n in range(8)]
)  # fmt: skip
TEXTS = {word: text for word, _, text in (
    line.partition(": ")
    for line in (_EXEC + _CONFIG + _FILES + _VALUES + _SETTINGS + _NUMBERED).splitlines()
)} | TEXTS_IN_PLACE  # fmt: skip
"""By word, or by the words that lead to one and it."""
