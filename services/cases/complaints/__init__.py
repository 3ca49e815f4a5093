"""Complaints about police: straight to the oversight body, unseen by the police of the area. Rule C19."""
