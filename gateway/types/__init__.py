"""The schema's types: declarations over the records that the services answer."""
