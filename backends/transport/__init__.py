"""The only place that opens sockets or processes: SSH connections and HTTP clients."""
