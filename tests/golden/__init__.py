"""A golden session: what users and services rely on, recorded once and compared ever since.

Texts for people are masked (`reason`, `message`, `summary`, help and tables). The rest is kept:
commands and options, exit codes, JSON, the configuration as shown, both schemas, and the calls.
"""
