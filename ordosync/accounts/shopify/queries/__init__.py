"""What is asked of Shopify and sent to it: all documents, with no field that is not used.

Each is one operation, whose name is its first word after `query` or `mutation`. They hold in every
version since 2026-04, and a test validates them against each. Of connections the pages are small:
what a question may cost at most goes by what it could return.
"""
