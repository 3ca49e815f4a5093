"""Representativeness: who sits and who comes, compared with who lives there. Rules F5, K8."""
