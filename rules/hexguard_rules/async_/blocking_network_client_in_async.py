"""Network clients that hold up the event loop.

## What it does
Reports calls of clients that wait for the network in an `async def`: boto3, smtplib, ftplib, imaplib, paramiko, pika,
kafka-python, the sync clients of OpenAI, Anthropic, Elasticsearch and Google Cloud Storage, and looking up names by
`socket` or dnspython.

## Why it matters
The event loop runs in one thread.
Until the other side answers, every other request, task and timer of the process waits as well.

## Fix safety
Unsafe: the call then runs in a thread, at the same time as other code.
A connection that other code uses meanwhile should not be shared with it.
Where there is an async library for the same, such as `aioboto3` or `openai.AsyncOpenAI`, that is the better way.

## Known limits
A client is followed from where it is made or annotated; of boto3, the operations that are used most are known.
Methods of a socket are left alone, since the socket may be one that does not block.
A nested `def` or `lambda` is left alone, since it may run in a thread.
A call behind a helper is reported by `blocking-call-transitive`.
No fix is offered for objects of pika, which belong to one thread, in files that import anyio or trio, and in
comprehensions.
Nobody else waits in tests, in commands (`import click`, `import typer`, folders such as `scripts`, `cli` and
`migrations`, before `os.execvp()`) and at the start (a lifespan, names like `setup_database` and `initialize`): all of
these are left alone.
"""

from collections.abc import Iterator

from hexguard.facts.expressions import Call
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard_rules.knowledge.clients import ASYNC_SIBLINGS, CONNECTING, NETWORK, ONE_THREAD_ONLY

TITLE = "Run the call in a thread"

RULE = Rule(
    name="blocking-network-client-in-async",
    message="`{name}` waits for the network and stops the event loop meanwhile",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    aliases=("AP-09",),
    examples=(
        Bad(
            """
            import asyncio
            import boto3

            class Storage:
                def __init__(self, bucket: str) -> None:
                    self.bucket = bucket
                    self.client = boto3.client("s3")

                async def save(self, key: str, body: bytes) -> None:
                    self.client.put_object(Bucket=self.bucket, Key=key, Body=body)
            #       ^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            import asyncio
            import boto3

            class Storage:
                def __init__(self, bucket: str) -> None:
                    self.bucket = bucket
                    self.client = boto3.client("s3")

                async def save(self, key: str, body: bytes) -> None:
                    await asyncio.to_thread(self.client.put_object, Bucket=self.bucket, Key=key, Body=body)
            """,
        ),
        Bad(
            """
            import asyncio
            from smtplib import SMTP as Mailer
            from email.message import EmailMessage

            async def send(message: EmailMessage) -> None:
                with Mailer("mail.example", 587) as server:
            #        ^^^^^^
                    server.send_message(message)
            #       ^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            import asyncio
            from smtplib import SMTP as Mailer
            from email.message import EmailMessage

            async def send(message: EmailMessage) -> None:
                with await asyncio.to_thread(Mailer, "mail.example", 587) as server:
                    await asyncio.to_thread(server.send_message, message)
            """,
        ),
        Bad(
            """
            import asyncio
            import openai
            import socket

            async def summarize(client: openai.OpenAI, text: str) -> str:
                socket.getaddrinfo("api.example", 443)
            #   ^^^^^^^^^^^^^^^^^^
                return client.chat.completions.create(model="small", messages=[]).choices[0].message.content
            #          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            """,
            fixed="""
            import asyncio
            import openai
            import socket

            async def summarize(client: openai.OpenAI, text: str) -> str:
                await asyncio.to_thread(socket.getaddrinfo, "api.example", 443)
                return (await asyncio.to_thread(client.chat.completions.create, model="small", messages=[])).choices[0].message.content
            """,
        ),
        Bad(
            """
            import pika

            async def publish(connection: pika.BlockingConnection, body: bytes) -> None:
                channel = connection.channel()
            #             ^^^^^^^^^^^^^^^^^^
                channel.basic_publish("", "orders", body)
            #   ^^^^^^^^^^^^^^^^^^^^^
            """,
            why="a connection of pika belongs to the thread that made it",
        ),
        Good(
            """
            import asyncio
            import boto3
            import smtplib
            from openai import AsyncOpenAI

            async def ask(client: AsyncOpenAI, key: str) -> str:
                server = smtplib.SMTP()
                server.set_debuglevel(1)
                storage = boto3.client("s3")
                await asyncio.to_thread(storage.delete_object, Bucket="orders", Key=key)
                await client.chat.completions.create(model="small", messages=[])
                return storage.generate_presigned_url("get_object", Params={"Key": key})
            """,
            why="a thread waits or nobody does: without a host nothing connects, and an address is signed locally",
        ),
        Good(
            """
            import smtplib

            def send(server: smtplib.SMTP, body: str) -> None:
                server.sendmail("shop@example", ["ada@example"], body)

            class Outbox:
                def send_message(self, message: str) -> None:
                    self.last = message

            async def keep(outbox: Outbox) -> None:
                outbox.send_message("later")
            """,
            why="a plain function may wait, and this method only shares its name with one of smtplib",
        ),
    ),
)


@RULE.check(Call, callees={*NETWORK, *CONNECTING})
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if view.holds_up(call):
        callee = view.callee(call)
        if callee in NETWORK or call.argument(0, "host"):
            yield RULE.at(call, call.func.node, name=".".join(callee.split(".")[-2:]), callee=callee)


@RULE.fix(Applicability.UNSAFE)
def run_in_thread(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    callee = finding["callee"]
    if callee in ONE_THREAD_ONLY or callee.rpartition(".")[0] in ONE_THREAD_ONLY:
        return Refusal(TITLE, f"the connection belongs to one thread; `{ASYNC_SIBLINGS['pika']}` does not block")
    return edits.in_thread(finding.fact, TITLE)
