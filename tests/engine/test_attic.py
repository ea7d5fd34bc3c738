"""What was taken out of the attic is told by identity, so nothing else may get that identity meanwhile."""

import msgspec

from hexguard.engine.attic import Attic
from hexguard.engine.file import open_file
from hexguard.engine.stages import untraced
from hexguard.text.document import Document
from support.fixture import DEFAULT_PATH
from support.project import module_of

MANY = 1000


def test_a_block_that_is_dropped_leaves_its_identity_to_no_other() -> None:
    file = open_file(DEFAULT_PATH, module_of(DEFAULT_PATH), Document.of(DEFAULT_PATH, "f()\n"), untraced)
    mine = file.blocks[0]
    attic = Attic()
    attic.put([(msgspec.structs.replace(mine), None)], file.summary)
    taken = attic.take(mine.block)
    identity = id(taken)
    del taken
    others = [msgspec.structs.replace(mine) for _ in range(MANY)]
    assert identity not in {id(other) for other in others}
