"""GraphQL queries and mutations. They ask only for fields that are used.

Each document is one operation, named by the first word after `query` or `mutation`. All are valid
in every version since 2026-04; a test validates them against each version. The pages of inner
connections are small: the maximum cost of a query grows with the number of objects that it may
return.
"""
