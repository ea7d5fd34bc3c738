"""Calls that block the thread they run in, so that an event loop in that thread stands still.

The value says what the call waits for. Sources: the documentation of each library; `asyncio` documentation, *Developing
with asyncio*, section *Running Blocking Code*.
"""

from hexguard_rules.knowledge.clients import ALIASES as NETWORK_ALIASES
from hexguard_rules.knowledge.clients import NETWORK
from hexguard_rules.knowledge.clients import RETURNS as NETWORK_RETURNS
from hexguard_rules.knowledge.drivers import ALIASES as DRIVER_ALIASES
from hexguard_rules.knowledge.drivers import DRIVERS
from hexguard_rules.knowledge.drivers import RETURNS as DRIVER_RETURNS

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
    **{
        f"subprocess.{name}": "waits for a process"
        for name in ("run", "call", "check_call", "check_output", "getoutput", "getstatusoutput")
    },
    "subprocess.Popen.wait": "waits for a process",
    "subprocess.Popen.communicate": "waits for a process",
    "os.system": "waits for a process",
    "os.wait": "waits for a process",
    **{f"os._wrap_close.{name}": "waits for a process" for name in ("read", "readline", "readlines", "close")},
}

PASSWORD = dict.fromkeys(
    (
        "bcrypt.hashpw",
        "bcrypt.checkpw",
        "bcrypt.kdf",
        *(
            f"passlib.{owner}.{method}"
            for owner in (
                "context.CryptContext",
                *(f"hash.{scheme}" for scheme in ("argon2", "bcrypt", "bcrypt_sha256", "scrypt")),
                *(f"hash.{scheme}" for scheme in ("pbkdf2_sha256", "pbkdf2_sha512", "sha256_crypt", "sha512_crypt")),
            )
            for method in ("hash", "verify", "verify_and_update", "encrypt")
        ),
        "argon2.PasswordHasher.hash",
        "argon2.PasswordHasher.verify",
        "argon2.hash_password",
        "argon2.verify_password",
        "argon2.low_level.hash_secret",
        "argon2.low_level.hash_secret_raw",
        "argon2.low_level.verify_secret",
        *(f"pwdlib.PasswordHash.{method}" for method in ("hash", "verify", "verify_and_update")),
        "hashlib.pbkdf2_hmac",
        "hashlib.scrypt",
        *(
            f"cryptography.hazmat.primitives.kdf.{owner}.{method}"
            for owner in ("pbkdf2.PBKDF2HMAC", "scrypt.Scrypt", "argon2.Argon2id")
            for method in ("derive", "verify")
        ),
        "django.contrib.auth.hashers.check_password",
        "django.contrib.auth.hashers.make_password",
        "werkzeug.security.check_password_hash",
        "werkzeug.security.generate_password_hash",
    ),
    "derives a password hash",
)
"""Hashes that are slow on purpose; all of them are written in C or Rust and let other threads run meanwhile."""

THREAD = {
    **dict.fromkeys(("threading.Event.wait", "threading.Barrier.wait"), "waits for another thread"),
    **dict.fromkeys(("threading.Condition.wait", "threading.Condition.wait_for"), "waits for another thread"),
    **dict.fromkeys(("threading.Thread.join", "queue.Queue.join"), "waits for another thread"),
    **dict.fromkeys(("multiprocessing.Process.join", "multiprocessing.Event.wait"), "waits for a process"),
    **dict.fromkeys(
        (f"multiprocessing.pool.Pool.{name}" for name in ("apply", "map", "starmap")), "waits for a process"
    ),
    "concurrent.futures.wait": "waits for a thread or process",
}
"""Waiting for threads and processes, whatever the arguments."""

LOCKS = frozenset(
    f"{module}.{name}"
    for module in ("threading", "multiprocessing")
    for name in ("Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore")
)
"""What blocks a thread in `acquire` and in `with`."""

QUEUES = frozenset(
    {
        *(f"queue.{kind}" for kind in ("Queue", "LifoQueue", "PriorityQueue", "SimpleQueue")),
        *(f"multiprocessing.{kind}" for kind in ("Queue", "JoinableQueue", "SimpleQueue")),
    }
)
"""What blocks a thread in `get`."""

FUTURE_RESULTS = frozenset({"concurrent.futures.Future.result", "concurrent.futures.Future.exception"})
"""What blocks a thread until something is done."""

BLOCKING = {**SLEEP, **HTTP, **PROCESS, **PASSWORD, **NETWORK, **DRIVERS, **THREAD}
"""Qualified name of a function or method to what it waits for."""

# With few rounds it takes a millisecond, and their number cannot be seen from the other end of a chain of calls.
del BLOCKING["hashlib.pbkdf2_hmac"]

_PBKDF2 = "cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC"

RETURNS = {
    _PBKDF2: _PBKDF2,
    "os.popen": "os._wrap_close",
    "pwdlib.PasswordHash.recommended": "pwdlib.PasswordHash",
    "argon2.PasswordHasher.from_parameters": "argon2.PasswordHasher",
    "multiprocessing.Pool": "multiprocessing.pool.Pool",
    "concurrent.futures.ThreadPoolExecutor.submit": "concurrent.futures.Future",
    "concurrent.futures.ProcessPoolExecutor.submit": "concurrent.futures.Future",
    "asyncio.run_coroutine_threadsafe": "concurrent.futures.Future",
    **NETWORK_RETURNS,
    **DRIVER_RETURNS,
}
"""What functions of these libraries give an instance of."""

ALIASES = {
    "multiprocessing.context.Process": "multiprocessing.Process",
    "concurrent.futures.thread.ThreadPoolExecutor": "concurrent.futures.ThreadPoolExecutor",
    "concurrent.futures.process.ProcessPoolExecutor": "concurrent.futures.ProcessPoolExecutor",
    "concurrent.futures._base.Future": "concurrent.futures.Future",
    "pwdlib._hash.PasswordHash": "pwdlib.PasswordHash",
    **NETWORK_ALIASES,
    **DRIVER_ALIASES,
}
"""Other spellings of documented names."""
