"""All rules: a rule exists when it is listed here."""

from hexguard.rule.catalogue import Catalogue
from hexguard_rules.architecture import domain_imports_outer_layer
from hexguard_rules.async_ import (
    blocking_call_transitive,
    blocking_http_in_async,
    blocking_sleep_in_async,
    gather_to_taskgroup,
)
from hexguard_rules.error_handling import bare_except
from hexguard_rules.fastapi import on_event_deprecated
from hexguard_rules.modern_python import mutable_default_argument, optional_union_syntax, utcnow_deprecated
from hexguard_rules.sqlalchemy import legacy_session_query, missing_expire_on_commit_false, unawaited_session_coroutine

CATALOGUE = Catalogue(
    (
        domain_imports_outer_layer.RULE,
        blocking_call_transitive.RULE,
        blocking_http_in_async.RULE,
        blocking_sleep_in_async.RULE,
        gather_to_taskgroup.RULE,
        bare_except.RULE,
        on_event_deprecated.RULE,
        mutable_default_argument.RULE,
        optional_union_syntax.RULE,
        utcnow_deprecated.RULE,
        legacy_session_query.RULE,
        missing_expire_on_commit_false.RULE,
        unawaited_session_coroutine.RULE,
    )
)
