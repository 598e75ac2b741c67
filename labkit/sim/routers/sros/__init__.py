"""The Nokia SR OS classic CLI of the provider's routers (TiMOS-C-13.0).

One grammar tree (rows_*.py, in the notation of schema.py) gives navigation, errors, help and the
form of the configuration; apply.py says what a configuration means, show_*.py what is seen.
"""
