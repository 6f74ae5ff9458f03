"""A real SMTP server (aiosmtpd) that a test starts, with the behaviour that its arguments ask for.

Prints `port N` once it listens, `connection` for each connection, and `mail FILE` for each mail it keeps.
"""

import argparse
import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def say(text):
    print(text, flush=True)


class Handler:
    def __init__(self, options):
        self.options = options
        self.count = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        if self.options.hang == "EHLO":
            await asyncio.Event().wait()
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if self.options.hang == "RCPT":
            await asyncio.Event().wait()
        refusal = self.options.refuse_rcpt
        if refusal and not address.startswith("good"):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.options.hang == "DATA":
            await asyncio.Event().wait()
        if self.options.refuse_data:
            return self.options.refuse_data
        self.count += 1
        name = os.path.join(self.options.folder, f"{self.count}.eml")
        with open(name, "wb") as file:
            file.write(envelope.original_content)
        say(f"mail {name}")
        if self.options.close_after_mail:
            asyncio.get_running_loop().call_soon(server.transport.close)
            await server.push("250 2.0.0 Ok: queued as 4711")
            server.transport.close()
        return "250 2.0.0 Ok: queued as 4711"


class Server(SMTP):
    def connection_made(self, transport):
        say("connection")
        super().connection_made(transport)


def sign_in(options):
    name, password = options.auth.split(":")

    def check(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (name.encode(), password.encode())
        return AuthResult(success=good, handled=False)

    return check


async def serve(options):
    context = None
    if options.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)
    handler = Handler(options)

    def session():
        settings = {"hostname": "mail.example.test", "timeout": 60}
        if context and not options.smtps:
            settings |= {"tls_context": context, "require_starttls": True}
        if options.auth:
            settings |= {
                "authenticator": sign_in(options),
                "auth_required": True,
                "auth_require_tls": not options.smtps,
            }
        return Server(handler, **settings)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if options.smtps else None)
    say(f"port {server.sockets[0].getsockname()[1]}")
    await server.serve_forever()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--smtps", action="store_true")
    parser.add_argument("--auth")
    parser.add_argument("--refuse-rcpt")
    parser.add_argument("--refuse-data")
    parser.add_argument("--hang")
    parser.add_argument("--close-after-mail", action="store_true")
    asyncio.run(serve(parser.parse_args(sys.argv[1:])))


main()
