"""What proves the package.

A package itself, because some distributions install one of this name, which would hide a folder
without this file.
"""
