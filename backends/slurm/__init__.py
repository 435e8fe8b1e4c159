"""The Slurm scheduler, spoken through its commands over a shell."""
