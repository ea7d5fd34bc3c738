"""All rules: a rule exists when it is listed here."""

from hexguard.rule.catalogue import Catalogue
from hexguard_rules.async_ import blocking_sleep_in_async
from hexguard_rules.sqlalchemy import unawaited_session_coroutine

CATALOGUE = Catalogue(
    (
        blocking_sleep_in_async.RULE,
        unawaited_session_coroutine.RULE,
    )
)
"""Every rule of Hexguard."""
