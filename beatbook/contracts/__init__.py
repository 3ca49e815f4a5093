"""What crosses a boundary between services: areas, actors, events. Standard library and pydantic only."""
