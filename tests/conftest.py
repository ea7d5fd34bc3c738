"""What holds for every test: hypothesis measures no time, because a busy machine is no defect."""

from hypothesis import settings

settings.register_profile("hexguard", deadline=None)
settings.load_profile("hexguard")
