"""Taxonomies that ship, and their loader."""
