"""The pods' controllers, spoken over DMTF Redfish."""
