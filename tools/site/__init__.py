"""The documents as a site that can be read offline, made by Sphinx with the theme Furo.

Why these: ``docs/architecture.md``.
"""
