"""The handover service: advisors' assignments, and the brief that one hands to the next."""
