"""The label printer in the warehouse."""

import logging
import subprocess

from app.settings import get_settings

logger = logging.getLogger(__name__)


def send(document: str) -> int:
    """Hand a document to the print queue and return its exit code."""
    done = subprocess.run(get_settings().label_command, input=document, text=True, capture_output=True, check=False)
    if done.returncode:
        logger.warning("printer said %s: %s", done.returncode, done.stderr.strip())
    return done.returncode
