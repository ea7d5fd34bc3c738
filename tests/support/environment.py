"""A virtual environment for tests: its packages are texts, and nothing in it can be run."""

from collections.abc import Mapping

SITE = "lib/python3.11/site-packages"

REQUESTS = {
    "requests/__init__.py": "from requests.sessions import Session\nfrom requests.api import get\n",
    "requests/api.py": "def get(url):\n    return None\n",
    "requests/sessions.py": """
class Session:
    def request(self, method, url):
        return None

    def get(self, url):
        return self.request("GET", url)
""",
}
HTTPX = {
    "httpx/__init__.py": "from httpx._client import AsyncClient, Client\n",
    "httpx/_client.py": """
class Client:
    def get(self, url):
        return None


class AsyncClient:
    async def get(self, url):
        return None
""",
}
VENDOR = {
    "vendor/__init__.py": """
from requests import get as fetch
from vendor._sessions import Deferred, Session
from vendor._making import make_client
""",
    "vendor/_sessions.py": """
import requests


class Session(requests.Session):
    def request(self, method, url):
        return super().request(method, url)


class Deferred(requests.Session):
    def request(self, method, url):
        return self.pool.submit(requests.Session.request, self, method, url)
""",
    "vendor/_making.py": """
import httpx


class Client(httpx.Client):
    pass


def make_client() -> httpx.Client:
    return httpx.Client()


def make_own(kind):
    if kind:
        return None
    return Client()
""",
}
LIBRARIES = {**REQUESTS, **HTTPX, **VENDOR}
"""`vendor` derives classes from those of `requests` and `httpx`, and makes instances of them."""


def environment_files(
    packages: Mapping[str, str], versions: Mapping[str, str] | None = None, path: str = ".venv"
) -> dict[str, str]:
    """The files of an environment at a path; `packages` are texts of packages by name, or of files by path."""
    found = {f"{path}/pyvenv.cfg": "version = 3.11.7\n"}
    for name, text in packages.items():
        found[f"{path}/{SITE}/{name if '.' in name else f'{name}/__init__.py'}"] = text
    for name, version in (versions or {}).items():
        found[f"{path}/{SITE}/{name}-{version}.dist-info/METADATA"] = ""
    return found
