"""Calls that block the thread they run in, so that an event loop in that thread stands still.

The value says what the call waits for. Sources: the documentation of each library; `asyncio` documentation, *Developing
with asyncio*, section *Running Blocking Code*.
"""

REQUEST_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "request")

SLEEP = {"time.sleep": "sleeps"}

HTTP = {
    **{f"requests.{method}": "waits for an HTTP response" for method in REQUEST_METHODS},
    **{f"requests.Session.{method}": "waits for an HTTP response" for method in (*REQUEST_METHODS, "send")},
    **{
        f"{owner}.{method}": "waits for an HTTP response"
        for owner in ("httpx", "httpx.Client", "httpx2", "httpx2.Client")
        for method in (*REQUEST_METHODS, "stream")
    },
    "httpx.Client.send": "waits for an HTTP response",
    "httpx2.Client.send": "waits for an HTTP response",
    "urllib.request.urlopen": "waits for an HTTP response",
    "urllib.request.urlretrieve": "waits for an HTTP response",
    "urllib3.request": "waits for an HTTP response",
    **{
        f"urllib3.{pool}.{method}": "waits for an HTTP response"
        for pool in ("PoolManager", "ProxyManager", "HTTPConnectionPool", "HTTPSConnectionPool")
        for method in ("request", "urlopen")
    },
    "http.client.HTTPConnection.request": "waits for an HTTP response",
    "http.client.HTTPSConnection.request": "waits for an HTTP response",
    "http.client.HTTPConnection.getresponse": "waits for an HTTP response",
    "http.client.HTTPSConnection.getresponse": "waits for an HTTP response",
}

HTTP_STREAMS = frozenset({"httpx.stream", "httpx.Client.stream", "httpx2.stream", "httpx2.Client.stream"})
"""These wait in their `with`, not in the call."""

PROCESS = {
    **{f"subprocess.{name}": "waits for a process" for name in ("run", "call", "check_call", "check_output")},
    "subprocess.Popen.wait": "waits for a process",
    "subprocess.Popen.communicate": "waits for a process",
    "os.system": "waits for a process",
}

BLOCKING = {**SLEEP, **HTTP, **PROCESS}
"""Qualified name of a function or method to what it waits for."""
