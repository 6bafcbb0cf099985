"""What is read out of Python text, in the process of the test."""

from __future__ import annotations

import time

import pytest

from zipp.detect.python.ast_scan import Call, scan


def calls(source: str) -> list[Call]:
    return scan("main.py", source.encode())["calls"]


@pytest.mark.parametrize(
    ("expression", "port", "reads_port"),
    [
        ("8001", 8001, False),
        ("'8001'", 8001, False),
        ("int(os.environ.get('PORT', 8001))", 8001, True),
        ("os.environ.get('PORT') or 8001", 8001, True),
        ("os.environ['PORT']", 0, True),
        ("int(os.getenv('SHOP_PORT', '8001'))", 8001, False),
        ("PORT", 8001, False),
        ("SAID", 0, True),
        ("8001 if DEBUG else 8002", 8002, False),
        ("True", 0, False),
        ("LOOP", 0, False),
    ],
)
def test_a_port_is_followed_to_where_it_comes_from(expression: str, port: int, reads_port: bool) -> None:
    before = "import os, waitress\nPORT = 8001\nSAID = os.environ['PORT']\nLOOP = LOOP\n"
    [call] = calls(f"{before}waitress.serve(a, port={expression})")
    assert (call["port"], call["reads_port"]) == (port, reads_port)


def test_the_options_of_a_command_line_are_seen() -> None:
    source = (
        "import argparse, uvicorn\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('--host', default='localhost')\nparser.add_argument('--port', type=int, default=8001)\n"
        "args = parser.parse_args()\nuvicorn.run(app, host=args.host, port=args.port)"
    )
    [call] = calls(source)
    assert (call["options"], call["port"]) == (["port", "host"], 8001)


def test_only_what_an_import_runs_is_on_import() -> None:
    guarded = "import uvicorn\nif __name__ == '__main__':\n    uvicorn.run(app)\ndef main():\n    uvicorn.run(app)\n"
    assert [call["on_import"] for call in calls(guarded + "uvicorn.run(app)")] == [True, False, False]


def test_calls_of_the_same_name_elsewhere_are_none() -> None:
    assert calls("import asyncio, flask\nasyncio.run(main())") == []
    assert calls("socket.listen(5)\nrocket.launch()\nthread.start()") == []


@pytest.mark.parametrize(
    "source",
    [
        "a = b + b\nb = a + a\nfrom waitress import serve\n" + "serve(port=a)\n" * 6_000,
        "".join(f"a{n} = a{n + 1}\n" for n in range(6_000)) + "ALLOWED_HOSTS = a0\nMIDDLEWARE = 1\n" * 3_000,
        "import cherrypy\n" + 'cherrypy.quickstart({"server.socket_port": a})\n' * 3_000,
        "from flask import *\n" + "".join(f"from m{n} import *\nx.run(port=a0)\n" for n in range(5_000)),
    ],
    ids=["circles", "chains", "dictionaries", "stars"],
)
def test_text_made_to_be_gone_through_again_and_again_is_gone_through_once(source: str) -> None:
    started = time.process_time()
    scan("main.py", source.encode())
    assert time.process_time() - started < 5, "what grows with the square of these takes a minute"
