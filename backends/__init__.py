"""Everything megapod knows about pods: vocabulary, ports, adapters, transports, a simulated pod."""
