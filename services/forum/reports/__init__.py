"""The yearly report: made from the record, frozen when it is adopted, public without what is closed."""
