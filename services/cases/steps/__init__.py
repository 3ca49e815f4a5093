"""The steps of a diversion case from state to state. Rule C10."""
