"""Calls that block the thread they run in, so that an event loop in that thread stands still.

The value says what the call waits for. Sources: the documentation of each library; `asyncio` documentation, *Developing
with asyncio*, section *Running Blocking Code*.
"""

_REQUEST_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "request")

SLEEP = {"time.sleep": "sleeps"}

HTTP = {
    **{f"requests.{method}": "waits for an HTTP response" for method in _REQUEST_METHODS},
    **{f"requests.Session.{method}": "waits for an HTTP response" for method in (*_REQUEST_METHODS, "send")},
    **{f"requests.api.{method}": "waits for an HTTP response" for method in _REQUEST_METHODS},
    **{f"httpx.{method}": "waits for an HTTP response" for method in (*_REQUEST_METHODS, "stream")},
    **{f"httpx.Client.{method}": "waits for an HTTP response" for method in (*_REQUEST_METHODS, "send", "stream")},
    "urllib.request.urlopen": "waits for an HTTP response",
    "urllib.request.urlretrieve": "waits for an HTTP response",
    "urllib3.request": "waits for an HTTP response",
    "urllib3.PoolManager.request": "waits for an HTTP response",
    "urllib3.PoolManager.urlopen": "waits for an HTTP response",
    "http.client.HTTPConnection.request": "waits for an HTTP response",
    "http.client.HTTPSConnection.request": "waits for an HTTP response",
    "http.client.HTTPConnection.getresponse": "waits for an HTTP response",
    "http.client.HTTPSConnection.getresponse": "waits for an HTTP response",
}

PROCESS = {
    **{f"subprocess.{name}": "waits for a process" for name in ("run", "call", "check_call", "check_output")},
    "subprocess.Popen.wait": "waits for a process",
    "subprocess.Popen.communicate": "waits for a process",
    "os.system": "waits for a process",
}

BLOCKING = {**SLEEP, **HTTP, **PROCESS}
"""Qualified name of a function or method to what it waits for."""
