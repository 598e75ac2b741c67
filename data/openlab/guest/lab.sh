# The words the other scripts share: running inside a node, waiting for a fact, capturing.
NODES="R1 R2 R3 R4 R5 R6 Site-A Site-B PC-A PC-B Kali"

# at NODE COMMAND…: run a command in a node's network namespace.
at() {
  node=$1
  shift
  ip netns exec "$node" "$@"
}

# until_true SECONDS COMMAND…: try a command until it succeeds.
until_true() {
  end=$(($(date +%s) + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -ge $end ] && { echo "gave up waiting for: $*" >&2; return 1; }
    sleep 0.2
  done
}

# has_line FILE TEXT: whether a file holds a text.
has_line() {
  while read -r line; do
    case $line in *"$2"*) return 0 ;; esac
  done <"$1"
  return 1
}

# vty NODE COMMAND: one command line of a router.
vty() {
  ip netns exec "$1" vtysh -N "$1" -c "$2"
}

# capture LINK NODE…: begin $OUT/LINK.pcap at each node; returns once all captures are open.
capture() {
  captures=
  links=
  while [ $# -ge 2 ]; do
    # Not by at(), whose subshell would be what is ended.  The shell opens the file: tcpdump would
    # give it to another user, which is not ours to do where the guest was begun without root.
    ip netns exec "$2" tcpdump -i "$1" -s 0 -U --immediate-mode -w - >"$OUT/$1.pcap" 2>"$OUT/$1.tcpdump" &
    captures="$captures $!"
    links="$links $1"
    shift 2
  done
  for link in $links; do until_true 30 has_line "$OUT/$link.tcpdump" listening; done
}

# capture_end: end them all, once what is under way has arrived.
capture_end() {
  sleep 1
  kill $captures
  wait $captures || true
}

# gateways: start strongSwan on both customer gateways, with $GATEWAYS/NODE.*.
gateways() {
  charons=
  for node in Site-A Site-B; do
    rm -f "/tmp/$node.vici"
    # Both would write /run/charon.pid: each has a /run of its own.
    STRONGSWAN_CONF=$GATEWAYS/$node.conf ip netns exec "$node" sh -c \
      'mount -t tmpfs tmpfs /run && exec /usr/lib/ipsec/charon' >/dev/null 2>&1 &
    charons="$charons $!"
  done
  for node in Site-A Site-B; do
    until_true 30 test -S "/tmp/$node.vici"
    at "$node" swanctl --load-all --noprompt --file "$GATEWAYS/$node.swanctl" \
      --uri "unix:///tmp/$node.vici" >"$OUT/$node.loaded" 2>&1
  done
}

# gateways_end: stop both and forget what they installed.
gateways_end() {
  kill $charons
  wait $charons || true
  for node in Site-A Site-B; do
    ip -n "$node" xfrm state flush
    ip -n "$node" xfrm policy flush
  done
}
