"""The verbs without a screen: one module a verb. Never imports textual."""
