"""The grammar of `configure`: every line SR OS 13 takes here, in the order it writes them.

Notation: schema.py.  Knows words only; what they do is apply.py's, what may not be done is
checks.py's.
"""

SYSTEM = """
configure ; prompt=config plain fixed
    system ; plain fixed
        name <name:name>
        location <text:text>
    card <slot:1-20> ; up fixed
        card-type <type:word> ; fixed
        mda <slot:1-2> ; up fixed
            mda-type <type:word> ; fixed
    port <port:port> ; down fixed
        description <text:text>
        ethernet ; fixed
            mode <mode=access|network|hybrid> ; default=network
            encap-type <encap=null|dot1q|qinq> ; default=null
            mtu <mtu:512-9212>
"""

ROUTER = """
configure ; prompt=config plain fixed
    router [Base] ; plain fixed
        interface <name:name> ; up firm prompt=if
            address <address:address>
            description <text:text>
            port <port:port>
            loopback
            icmp ; plain
                unreachables { <number:10-1000> | <seconds:1-60> }* ; on
        autonomous-system <asn:1-4294967295>
        ecmp <paths:0-64>
        router-id <id:ip>
        static-route <prefix:prefix> { next-hop <next_hop:ip> | black-hole | preference \
<preference:1-255> | metric <metric:0-65535> }* ; some multi=prefix,next_hop,black-hole
        isis ; up
            level-capability <level=level-1|level-2|level-1/2>
            area-id <area:area> ; multi=area
            traffic-engineering
            level <level:1-2>
                wide-metrics-only
            interface <name:name> ; up prompt=if
                interface-type <type=broadcast|point-to-point> ; default=broadcast
                level-capability <level=level-1|level-2|level-1/2>
                passive
                level <level:1-2>
                    metric <metric:1-16777215>
        mpls ; up
            interface <name:name> ; up prompt=if
            path <name:name> ; down
                hop <index:1-1024> <address:ip> <type=strict|loose> ; multi=index
            lsp <name:name> ; down
                to <address:ip>
                cspf
                fast-reroute <type=facility|one-to-one> ; context
                primary <path:name> ; up
                secondary <path:name> ; up
                    standby
        rsvp ; down
            interface <name:name> ; up prompt=if
        ldp ; up
            interface-parameters ; fixed prompt=if-params
                interface <name:name> ; up prompt=if
            targeted-session ; context fixed prompt=targ-session
        bgp ; up
            router-id <id:ip>
            family { ipv4 | vpn-ipv4 }* ; some default=ipv4
            keepalive <seconds:0-21845> ; default=30
            hold-time <seconds:0-65535> ; default=90
            group <name:name> ; quiet firm
                description <text:text>
                family { ipv4 | vpn-ipv4 }* ; some
                type <type=internal|external>
                next-hop-self
                keepalive <seconds:0-21845>
                hold-time <seconds:0-65535>
                import <policy1:name> { <policy2:name> | <policy3:name> }*
                export <policy1:name> { <policy2:name> | <policy3:name> }*
                peer-as <asn:1-4294967295>
                med-out <med:0-4294967295>
                neighbor <address:ip> ; quiet firm
                    description <text:text>
                    family { ipv4 | vpn-ipv4 }* ; some
                    type <type=internal|external>
                    next-hop-self
                    keepalive <seconds:0-21845>
                    hold-time <seconds:0-65535>
                    import <policy1:name> { <policy2:name> | <policy3:name> }*
                    export <policy1:name> { <policy2:name> | <policy3:name> }*
                    peer-as <asn:1-4294967295>
                    med-out <med:0-4294967295>
        policy-options ; plain fixed
            begin ; moves
            commit ; moves
            abort ; moves
            prefix-list <name:name>
                prefix <prefix:prefix> { exact | longer | through <through:1-32> }* ; multi=prefix
            community <name:name> members <member1:word> [<member2:word>] ; multi=name
            as-path <name:name> <regex:text> ; multi=name
            policy-statement <name:name>
                description <text:text>
                entry <number:1-4294967295>
                    description <text:text>
                    from ; plain
                        protocol <protocol1:protocol> { <protocol2:protocol> | \
<protocol3:protocol> }*
                        prefix-list <list1:name> { <list2:name> | <list3:name> }*
                        community <name:name>
                    to ; plain
                        protocol <protocol1:protocol> [<protocol2:protocol>]
                    action <action=accept|reject|next-entry|next-policy> ; single \
enter=accept,next-entry,next-policy
                        local-preference <preference:0-4294967295>
                        metric set <metric:0-4294967295>
                        as-path-prepend <asn:1-4294967295> [<count:1-50>]
                        community <op=add|remove|replace> <name:name>
                        next-hop-self
                default-action <action=accept|reject|next-entry|next-policy> ; single \
enter=accept,next-entry,next-policy
                    local-preference <preference:0-4294967295>
"""

MIRROR = """
configure ; prompt=config plain fixed
    mirror ; plain fixed
        mirror-dest <id:1-2147483647> { type <type=ether> | create }* ; create down
            description <text:text>
            service-name <name:name>
            remote-source ; plain fixed
                far-end <address:ip> ; multi=address
            sap <sap:port> [create] ; create quiet
                description <text:text>
            spoke-sdp <id:spoke> [create] ; create up
                description <text:text>
"""

SERVICE = """
configure ; prompt=config plain fixed
    service ; plain fixed
        customer <id:1-2147483647> [create] ; create context
            description <text:text> ; kept
        sdp <id:1-17407> { mpls | gre | create }* ; create down
            description <text:text>
            far-end <address:ip>
            ldp
            lsp <name:name> ; multi
            signaling <type=off|tldp|bgp> ; default=tldp
            path-mtu <mtu:576-9194>
            keep-alive ; down fixed
        vprn <id:1-2147483647> { customer <customer:1-2147483647> | create }* ; create down
            description <text:text>
            service-name <name:name>
            vrf-import <policy1:name> { <policy2:name> | <policy3:name> }*
            vrf-export <policy1:name> { <policy2:name> | <policy3:name> }*
            ecmp <paths:0-64>
            router-id <id:ip>
            autonomous-system <asn:1-4294967295>
            route-distinguisher <rd:rd>
            auto-bind-tunnel ; plain
                resolution-filter ; plain
                    ldp
                    rsvp
                resolution <mode=any|filter|disabled> ; default=disabled
            vrf-target { <target:target> | export <export:target> | import <import:target> }* ; some
            interface <name:name> [create] ; create quiet firm prompt=if
                description <text:text>
                address <address:address>
                ip-mtu <mtu:512-9000>
                icmp ; plain
                    unreachables { <number:10-1000> | <seconds:1-60> }* ; on
                loopback
                vrrp <vrid:1-255> [owner] ; quiet
                    backup <address:ip> ; multi
                    priority <priority:1-254> ; default=100
                    preempt ; on
                    ping-reply
                    telnet-reply
                    traceroute-reply
                    message-interval <seconds:1-255> ; default=1
                vpls <name:name> ; single context
                sap <sap:port> [create] ; create quiet firm
                    description <text:text>
            static-route <prefix:prefix> { next-hop <next_hop:ip> | black-hole | preference \
<preference:1-255> | metric <metric:0-65535> }* ; some multi=prefix,next_hop,black-hole
            bgp ; up
                router-id <id:ip>
                keepalive <seconds:0-21845> ; default=30
                hold-time <seconds:0-65535> ; default=90
                group <name:name> ; quiet firm
                    description <text:text>
                    type <type=internal|external>
                    keepalive <seconds:0-21845>
                    hold-time <seconds:0-65535>
                    import <policy1:name> { <policy2:name> | <policy3:name> }*
                    export <policy1:name> { <policy2:name> | <policy3:name> }*
                    peer-as <asn:1-4294967295>
                    med-out <med:0-4294967295>
                    neighbor <address:ip> ; quiet firm
                        description <text:text>
                        keepalive <seconds:0-21845>
                        hold-time <seconds:0-65535>
                        import <policy1:name> { <policy2:name> | <policy3:name> }*
                        export <policy1:name> { <policy2:name> | <policy3:name> }*
                        peer-as <asn:1-4294967295>
                        med-out <med:0-4294967295>
        vpls <id:1-2147483647> { customer <customer:1-2147483647> | create }* ; create down
            description <text:text>
            service-mtu <mtu:1-9194> ; default=1514
            allow-ip-int-bind ; context
            stp ; down fixed
            service-name <name:name>
            sap <sap:port> [create] ; create quiet firm
                description <text:text>
            mesh-sdp <id:mesh> [create] ; create up firm
                description <text:text>
            spoke-sdp <id:spoke> [create] ; create up firm
                description <text:text>
"""

DEBUG = """
debug ; plain fixed
    mirror-source <id:1-2147483647> ; up
        port <port:port> { egress | ingress }* ; some multi=port
"""
