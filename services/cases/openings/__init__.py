"""Breaking the glass: a case opened for an hour, for a reason, before witnesses. Rule C14."""
