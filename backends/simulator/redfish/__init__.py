"""The simulated pod controller's Redfish service, one module per resource noun."""
