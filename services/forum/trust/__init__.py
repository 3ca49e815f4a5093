"""Trust in the police by area, dated and sourced: what the council knows until surveys say it. Rules F7, K5."""
