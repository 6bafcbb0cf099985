"""Calls that start a server, and the port that they choose."""

from __future__ import annotations

import ast
import itertools

from .facts import Call, Scan
from .names import Names, argument, dotted
from .nodes import Nodes

# Full name -> (kind, place of the port, place of the host). Place -2: (host, port) come as one tuple.
_FUNCTIONS = {
    "uvicorn.run": ("uvicorn", -1, -1),
    "waitress.serve": ("waitress", -1, -1),
    "aiohttp.web.run_app": ("aiohttp", -1, -1),
    "cherrypy.quickstart": ("cherrypy", -1, -1),
    "cherrypy.engine.start": ("cherrypy", -1, -1),
    "bottle.run": ("bottle", -1, -1),
    "nicegui.ui.run": ("nicegui", -1, -1),
    "fasthtml.common.serve": ("fasthtml", -1, -1),
    "http.server.HTTPServer": ("http.server", -2, -2),
    "http.server.ThreadingHTTPServer": ("http.server", -2, -2),
    "socketserver.TCPServer": ("http.server", -2, -2),
    "socketserver.ThreadingTCPServer": ("http.server", -2, -2),
    "wsgiref.simple_server.make_server": ("wsgiref", 1, 0),
    "gevent.pywsgi.WSGIServer": ("gevent", -2, -2),
}
# A method's name -> the package that must be imported, and the same as above.
_METHODS = {
    "launch": ("gradio", "gradio", -1, -1),
    "listen": ("tornado", "tornado", 0, 1),
    "bind": ("tornado", "tornado", 0, 1),
    "run_server": ("dash", "dash", -1, -1),
    "run": ("", "", -1, -1),
    "start": ("robyn", "robyn", -1, -1),
}
_RUN_BY = ("sanic", "dash", "bottle", "quart", "flask")  # what has app.run(), the first that is imported
_MAX_CALLS = 40
_NOT_RUN = ("asyncio.run", "subprocess.run", "anyio.run", "trio.run")


def find_calls(nodes: Nodes, top_level: list[ast.stmt], names: Names, found: Scan) -> None:
    options = _options(nodes)
    packages = {name.partition(".")[0] for name in found["imports"]}
    on_import = {id(node) for statement in top_level if not _is_definition(statement) for node in ast.walk(statement)}
    known = ((node, server) for node in nodes.of(ast.Call) if (server := _known(node, names, packages)))
    for node, server in itertools.islice(known, _MAX_CALLS):
        found["calls"].append(_call(node, server, names, options, on_import=id(node) in on_import))
    if any(call["kind"] == "cherrypy" for call in found["calls"]):
        _read_cherrypy_config(nodes, names, found["calls"])


def _known(node: ast.Call, names: Names, packages: set[str]) -> tuple[str, int, int] | None:
    for name in names.of(node.func):
        if name in _FUNCTIONS:
            return _FUNCTIONS[name]
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in _METHODS or dotted(node.func) in _NOT_RUN:
        return None
    package, kind, port, host = _METHODS[node.func.attr]
    if package and package not in packages:
        return None
    kind = kind or next((name for name in _RUN_BY if name in packages), "")
    return (kind, port, host) if kind else None


def _call(
    node: ast.Call,
    known: tuple[str, int, int],
    names: Names,
    options: dict[str, ast.expr | None],
    *,
    on_import: bool,
) -> Call:
    kind, port_place, host_place = known
    host, port = _address(node, host_place, port_place)
    option = _option(port, names, options)
    default = options.get(option)
    return Call(
        kind=kind,
        port=names.number(port) or names.number(default),
        host=names.text(host),
        reads_port="PORT" in names.variables(port) or "PORT" in names.variables(default),
        options=[name for name in (option, "host", "address") if option and name in options],
        on_import=on_import,
    )


def _read_cherrypy_config(nodes: Nodes, names: Names, calls: list[Call]) -> None:
    """Its address is set in a dictionary, for all its servers."""
    items = (item for node in nodes.of(ast.Dict) for item in zip(node.keys, node.values, strict=True))
    said = {key.value: value for key, value in items if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    port, host = said.get("server.socket_port"), said.get("server.socket_host")
    for call in calls:
        call["port"], call["reads_port"] = names.number(port), "PORT" in names.variables(port)
        call["host"] = names.text(host)


def _is_definition(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _address(node: ast.Call, host: int, port: int) -> tuple[ast.expr | None, ast.expr | None]:
    if port == -2:
        pair = node.args[0] if node.args else argument(node, -1, "server_address", "listener")
        match pair:
            case ast.Tuple(elts=[first, second]):
                return first, second
        return None, None if isinstance(pair, ast.Name) else pair
    return (
        argument(node, host, "host", "address", "server_name", "hostname"),
        argument(node, port, "port", "server_port"),
    )


def _options(nodes: Nodes) -> dict[str, ast.expr | None]:
    """The options of the command line that the file defines (argparse, tornado), with what they are by default."""
    options: dict[str, ast.expr | None] = {}
    for node in nodes.of(ast.Call):
        called = dotted(node.func).rpartition(".")[2] or (
            node.func.attr if isinstance(node.func, ast.Attribute) else ""
        )
        for text in node.args:
            if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                continue
            if called == "add_argument" and text.value.startswith("--"):
                options[text.value[2:]] = argument(node, -1, "default")
            elif called == "define":
                options[text.value] = argument(node, 1, "default")
    return options


def _option(port: ast.expr | None, names: Names, options: dict[str, ast.expr | None]) -> str:
    """The option that the port comes from, '' when from none."""
    for _ in range(3):
        match port:
            case ast.Name(id=name) if name in names.values:
                port = names.values[name]
            case ast.Call(args=[first, *_]):
                port = first
            case ast.Attribute(attr=name) if name in options and "port" in name and name.isascii():
                return name
    return ""
