"""ordosync keeps a Merchant's and a Supplier's order accounts in step.

The layers, from the top; imports only go down:

    cli > engine > tasks > config, store > accounts > embedded, http > models

One run: claim a lease, recover what an earlier run left, plan a page, decide what each step
needs, stop at the safety limit, send (commit the intent, write, commit the outcome), record.
`ordosync help architecture` has both in full, and a glossary.
"""

__version__ = "0.1.0"
