"""组织: one node with its members and posts, what it covers, and the plans that changed the trees."""
