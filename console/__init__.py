"""Everything that decides: config, state, insight, operations, the headless verbs and the screen."""
