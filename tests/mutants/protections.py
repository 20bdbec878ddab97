"""The protections of ordosync, one mutant each."""

from tests.mutants import Mutant

MUTANTS = (
    Mutant(
        protection="a run that lost its lease commits nothing (fence)",
        file="store/leases.py",
        old=" where portal = :portal and resource = :resource and fence = :fence",
        new=" where portal = :portal and resource = :resource",
        test="test_takeover.py::test_a_thawed_process_whose_lease_was_taken_over_commits_nothing",
    ),
    Mutant(
        protection="a dead owner's lease is taken over, whatever has its pid now",
        file="store/leases.py",
        old="    return bool(boot_id == _boot_id() and started == _started(pid))",
        new="    return bool(_started(pid))",
        test="test_takeover.py::test_an_owner_that_only_seems_to_live_is_taken_over",
    ),
    Mutant(
        protection="a slot is done only when its run has ended well",
        file="engine/__init__.py",
        old='if run.trigger == "schedule" and status in ("ok", "partial"):',
        new='if run.trigger == "schedule":',
        test="test_run_due.py::test_a_failed_run_is_tried_again_in_its_own_slot",
    ),
    Mutant(
        protection="too many drastic changes at once wait for a person (brake)",
        file="engine/brake.py",
        old="_SHARE = 0.3",
        new="_SHARE = 30",
        test="test_brake.py",
    ),
    Mutant(
        protection="foreign text never reaches a terminal as it is",
        file="render_table.py",
        old='    return "".join(_visible(char) for char in str(text))',
        new="    return str(text)",
        test="test_bad_input.py::test_foreign_text_never_reaches_the_terminal_as_it_is",
    ),
    Mutant(
        protection="a redirect is not followed, and no success",
        file="http/answer.py",
        old="    if not _OK <= reply.status < _REDIRECT:",
        new="    if not _OK <= reply.status < _BAD:",
        test="http",
    ),
    Mutant(
        protection="a key given twice in the configuration is refused",
        file="config/nodes.py",
        old="            if key.value in entries:",
        new="            if False:",
        test="config/test_document.py::test_duplicate_keys_are_refused_with_both_lines",
    ),
    Mutant(
        protection="text in a CSV file is no formula to a spreadsheet",
        file="accounts/files/written.py",
        old="""    return f"'{text}" if _is_formula(text.lstrip("'")) else text""",
        new="    return text",
        test="accounts/files/test_writing.py",
    ),
    Mutant(
        protection="what the Merchant split after the import is not imported again",
        file="tasks/import_orders.py",
        old="    if any(ancestor in links for ancestor in order.ancestors):",
        new="    if False:",
        test="tasks/test_import_orders.py",
    ),
    Mutant(
        protection="what was never counted is not written as 0",
        file="tasks/write_inventory_back.py",
        old="    if quantity is None:",
        new="    if False:",
        test="tasks/test_write_inventory_back.py",
    ),
    Mutant(
        protection="a batch is looked at once more at the Merchant before it is cancelled",
        file="tasks/cancel_orders.py",
        old="    wanted = [link for link in links if link.merchant_id in still]",
        new="    wanted = links",
        test="tasks/test_cancel_orders.py",
    ),
    Mutant(
        protection="a shipped order is never cancelled",
        file="accounts/ordoro/supplier.py",
        old="        if _has_left(order) and not also_shipped:",
        new="        if False:",
        test="accounts/ordoro/test_contract.py::TestOrdoroAsSupplier",
    ),
    Mutant(
        protection="a secret in an answer is masked",
        file="http/words.py",
        old="        text = self._without_secrets(text)",
        new="",
        test="http",
    ),
)
