"""The kpi service: facts kept from the other services' events, and the indicators made of them."""
