"""What each verb takes and what its `--help` teaches, apart from the verb: nothing here costs an import."""
