"""Xandovia, a country that does not exist: what `beatbook up --demo` shows. Made from a seed, the same every time.

Any likeness of its places, people or figures to real ones is chance.
"""
