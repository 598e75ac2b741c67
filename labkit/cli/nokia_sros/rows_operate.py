"""The grammar outside `configure`: what SR OS answers from its root, and what works anywhere.

Notation: schema.py.  `run=` names the function in show.py's or shell.py's registry.
"""

OPERATE = """
show ; context
    version ; run=version
    uptime ; run=uptime
    time ; run=time
    users ; run=users
    debug ; run=debug
    log ; context
        log-id { <log:1-101> | application <application=bgp|isis|snmp|svcmgr|system|vrrp> | count \
<count:1-500> | ascending | descending }* ; run=log
    system ; context
        information ; run=system_information
        cpu ; run=system_cpu
        rollback ; run=rollback_show
    chassis ; run=chassis
    port [<port:port>] ; run=port
    port description ; run=port_description
    router [<instance:instance>] ; context
        interface [<name:name>] ; run=router_interface
        route-table { ipv4 | <prefix:route> | exact | longer | protocol \
<protocol=aggregate|bgp|bgp-vpn|isis|local|static> }* ; run=route_table
        arp [<address:ip>] ; run=arp
        vrrp ; context
            instance ; run=vrrp_instance
        bgp ; context
            summary { all | family <family=ipv4|vpn-ipv4> }* ; run=bgp_summary
            neighbor [<address:ip>] ; run=bgp_neighbor
            neighbor <address:ip> [<family=ipv4|vpn-ipv4>] received-routes \
[<family=ipv4|vpn-ipv4>] ; run=bgp_received
            neighbor <address:ip> [<family=ipv4|vpn-ipv4>] advertised-routes \
[<family=ipv4|vpn-ipv4>] ; run=bgp_advertised
            routes [<prefix:route>] ; run=bgp_routes
            routes vpn-ipv4 [<prefix:route>] ; run=bgp_routes_vpn
        isis ; context
            adjacency ; run=isis_adjacency
            interface ; run=isis_interface
        mpls ; context
            interface ; run=mpls_interface
            lsp path [detail] ; run=mpls_lsp_paths
            lsp [<name:name>] ; run=mpls_lsp
            lsp <name:name> path [detail] ; run=mpls_lsp_path
        rsvp ; context
            interface ; run=rsvp_interface
        ldp ; context
            session ; run=ldp_session
            interface ; run=ldp_interface
        tunnel-table { <address:ip> | protocol <protocol=rsvp|sdp> }* ; run=tunnel_table
        policy [<name:name>] ; run=policy
    service ; context
        service-using { vprn | vpls | mirror }* ; run=service_using
        sap-using [sap <sap:port>] ; run=sap_using
        sdp [<sdp:1-17407>] ; run=sdp
        sdp-using [<sdp:1-17407>] ; run=sdp_using
        service-name-using ; run=service_name_using
        fdb-mac ; run=fdb_mac
        id <service:1-2147483647> ; context
            all ; run=service_all
            base ; run=service_base
            interface [<name:name>] ; run=service_interface
            sap [<sap:port>] ; run=service_sap
            sdp { <spoke:spoke> | detail }* ; run=service_sdp
            fdb [detail] ; run=service_fdb
    mirror ; context
        mirror-dest [<id:1-2147483647>] ; run=mirror_dest
admin ; context
    display-config [detail] ; run=display_config
    save { <url:file> | detail }* ; run=save
    reboot { now | active }* ; run=reboot
    rollback ; context
        save [comment <comment:text>] ; run=rollback_save
        compare <checkpoint:source> to <other:source> ; run=rollback_compare
        compare to <other:source> ; run=rollback_compare
        compare [<checkpoint:source>] ; run=rollback_compare
        delete <checkpoint:checkpoint> ; run=rollback_delete
        view [<checkpoint:checkpoint>] ; run=rollback_view
        revert <checkpoint:checkpoint> [now] ; run=rollback_revert
environment ; context prompt=environment
    more ; run=more
    terminal ; context
        length <lines:1-512> ; run=terminal_length
        width <columns:1-512> ; run=terminal_width
oam ; context
    lsp-ping <lsp:name> { detail | size <size:92-9198> | ttl <ttl:1-255> | timeout <timeout:1-10> \
| interval <interval:1-10> | send-count <count:1-100> }* ; run=lsp_ping
    lsp-trace <lsp:name> { detail | max-ttl <max_ttl:1-255> | timeout <timeout:1-60> }* ; \
run=lsp_trace
    sdp-ping <sdp:1-17407> { resp-sdp <resp:1-17407> | size <size:72-9198> | count <count:1-100> \
| timeout <timeout:1-10> | interval <interval:1-10> }* ; run=sdp_ping
clear ; context
    router [<instance:instance>] ; context
        arp { all | <address:ip> | interface <name:name> }* ; run=clear_arp
        bgp ; context
            neighbor <address:ip> ; run=clear_bgp
"""

_PING_OPTIONS = (
    "rapid | detail | ttl <ttl:1-128> | tos <tos:0-255> | size <size:0-16384> | source <source:ip>"
    " | interval <interval:1-10000> | count <count:1-100000> | do-not-fragment"
    " | timeout <timeout:1-10>"
)
_TRACEROUTE_OPTIONS = (
    "ttl <ttl:1-255> | wait <wait:1-60000> | no-dns | source <source:ip> | tos <tos:0-255>"
)


def _both(command: str, options: str) -> str:
    """A command to a destination, its `router N` after the destination or before it."""
    router = "router <instance:instance>"
    return (
        f"{command} {router} <destination:ip> {{ {options} }}* ; run={command}\n"
        f"{command} <destination:ip> {{ {options} | {router} }}* ; run={command}"
    )


EVERYWHERE = f"""
back ; run=back
echo [<text:name>] ; run=echo
exit [all] ; run=exit
help ; run=help
history ; run=history
info [detail] ; run=info
logout ; run=logout
{_both("ping", _PING_OPTIONS)}
pwc [previous] ; run=pwc
ssh <address:word> {{ -l <user:word> | router <instance:instance> }}* ; run=refused
telnet <address:ip> {{ <port:1-65535> | router <instance:instance> }}* ; run=refused
{_both("traceroute", _TRACEROUTE_OPTIONS)}
tree [detail] ; run=tree
"""
