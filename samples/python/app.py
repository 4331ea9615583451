"""Counts the words of a text: a WSGI app, served by the standard library."""
import html
import importlib.metadata
import json
import os
import platform
import socketserver
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIServer, make_server

import wordtally

TEXT_LIMIT = 100_000

PAGE = """<!doctype html>
<html lang="en">
<title>Word count</title>
<h1>Word count</h1>
<p>{words} words</p>
<form method="post"><textarea name="text" rows="10" cols="60">{text}</textarea><p><button>Count</button></form>
<footer>Python {python}, wordtally {wordtally}, instance {instance}</footer>
</html>
"""


def facts():
    return {
        "python": platform.python_version(),
        "wordtally": importlib.metadata.version("wordtally"),
        "extension": os.path.splitext(wordtally.__file__)[1],
    }


def application(environ, start_response):
    if environ["PATH_INFO"] == "/facts":
        start_response("200 OK", [("content-type", "application/json")])
        return [json.dumps(facts()).encode()]
    text = ""
    if environ["REQUEST_METHOD"] == "POST":
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > TEXT_LIMIT:
            start_response("413 Payload Too Large", [("content-type", "text/plain")])
            return [f"The text may have {TEXT_LIMIT} bytes.\n".encode()]
        text = parse_qs(environ["wsgi.input"].read(length).decode()).get("text", [""])[0]
    page = PAGE.format(words=wordtally.count(text), text=html.escape(text), instance=os.environ.get("CF_INSTANCE_INDEX", "0"), **facts())
    start_response("200 OK", [("content-type", "text/html; charset=utf-8")])
    return [page.encode()]


class ThreadingServer(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


if __name__ == "__main__":
    with make_server("", int(os.environ.get("PORT", "8080")), application, server_class=ThreadingServer) as server:
        print(f"Counting words on port {server.server_port}")
        server.serve_forever()
