"""The Textual application: screens over the store, actions from the registry."""
