"""What the user declared, validated, together with the layers and contracts of their architecture.

Everything here is pure: texts and tables go in, values come out, and no file is read.
"""

from hexguard.settings.model import Contract, Layer, Loaded, Preset, Problem, Settings, Severity

__all__ = ["Contract", "Layer", "Loaded", "Preset", "Problem", "Settings", "Severity"]
