"""The commands of the simulated head node: Slurm's answers, byte for byte in the shape of 24.11's."""
