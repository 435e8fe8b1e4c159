"""The plant on Redfish: racks, cooling, power, fabric and telemetry of the simulated pod."""
