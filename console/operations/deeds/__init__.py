"""What each kind of step does: how it is seen to be so, and its one effect."""
