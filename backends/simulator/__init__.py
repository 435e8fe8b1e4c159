"""A deterministic pod that serves real Redfish over HTTP and Slurm's commands over real SSH."""
