"""Languages whose tools come from Debian: built and answering, as far as that goes without their registries."""

from __future__ import annotations

import pytest
from live import LivePlatform, zipped

GO = """package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello from Go") })
	http.ListenAndServe(":"+os.Getenv("PORT"), nil)
}
"""
RUBY = """require "socket"
server = TCPServer.new("0.0.0.0", Integer(ENV.fetch("PORT")))
loop do
  client = server.accept
  client.gets
  client.print "HTTP/1.1 200 OK\\r\\nContent-Length: 15\\r\\nConnection: close\\r\\n\\r\\nhello from Ruby"
  client.close
end
"""
JAVA = """import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

class Main {
  public static void main(String[] args) throws Exception {
    var server = HttpServer.create(new InetSocketAddress(Integer.parseInt(System.getenv("PORT"))), 0);
    server.createContext("/", exchange -> {
      var body = "hello from Java".getBytes();
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
  }
}
"""
HUGO_PAGE = "<!doctype html><title>{{ .Site.Title }}</title>{{ .Content }}"
PROJECTS = {
    "go": {"go.mod": "module hello\n\ngo 1.24\n", "main.go": GO},
    "ruby": {"Gemfile": "", "config.ru": "", "server.rb": RUBY, "Procfile": "web: ruby server.rb\n"},
    "java": {
        "pom.xml": "<project/>",
        "Main.java": JAVA,
        "zipp.toml": 'build = "javac Main.java"\nstart = "java Main"\n',
    },
    "hugo": {
        "hugo.toml": 'title = "hello from Hugo"\n',
        "layouts/index.html": HUGO_PAGE,
        "content/_index.md": "*read*\n",
    },
    "jekyll": {
        "_config.yml": "title: hello from Jekyll\n",
        "_layouts/page.html": "<title>{{ site.title }}</title>{{ content }}",
        "index.md": "---\nlayout: page\n---\n*read*\n",
    },
}


@pytest.mark.parametrize("language", PROJECTS)
def test_a_site_of_each_language_goes_live(platform: LivePlatform, language: str) -> None:
    begun = platform.upload(zipped(PROJECTS[language]), f"in-{language}")["id"]
    deployment = platform.ended(begun, seconds=600)  # on a new machine its base images are made first
    assert deployment["status"] == "RUNNING", platform.log_text(begun)
    answer = platform.visit(f"in-{language}")
    assert f"hello from {language.capitalize()}" in answer.text
    assert ("<em>read</em>" in answer.text) == (deployment["plan"]["serve"] == "nginx")
