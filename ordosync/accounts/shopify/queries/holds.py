"""Payment and risk of orders, by which a portal may hold them before the import."""

PAYMENTS = """
query Payments($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { id displayFinancialStatus } } }
"""

RISKS = """
query Risks($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { id risk { recommendation } } } }
"""
