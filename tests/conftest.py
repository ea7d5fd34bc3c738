"""What holds for every test: hypothesis measures no time, because a busy machine is no defect, and nothing is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("hexguard", deadline=None)
settings.load_profile("hexguard")


@pytest.fixture(autouse=True, scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder for this run alone, also for the processes that it starts."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEXGUARD_CACHE_DIR", str(folder))
        yield folder
