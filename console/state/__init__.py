"""How live state flows: collectors observe, one writer merges, the store publishes."""
