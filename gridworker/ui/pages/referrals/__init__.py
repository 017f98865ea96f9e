"""What other units asked of this one, joint submissions, and what stays of demands that were routed away."""
