"""Static routes, BGP, policy, and what is shown of the routing table."""
