"""The science of Third Factor: numpy and numba, nothing of the web.

import engine
run = engine.run("pairing", rule="izhikevich_2007", seed=3, tau_e_ms=500)
run.weight          # named, frozen arrays; run.units["weight"] gives the unit
"""

__version__ = "0.1.0"

from engine.parameters import ParameterError
from engine.run import Run, run, run_settings
from engine.settings import Settings, SettingsError, make

__all__ = ["ParameterError", "Run", "Settings", "SettingsError", "__version__", "make", "run", "run_settings"]
