"""Advisories: what the software reminds local people of, stored and listed by forum. They decide; it never refuses."""
