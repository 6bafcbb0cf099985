import os

from flask import Flask, render_template

GREETING = os.environ.get("GREETING", "Hello from Flask")


def create_app() -> Flask:
    app = Flask(__name__)

    @app.get("/")
    def hello() -> str:
        return render_template("hello.html", greeting=GREETING)

    return app
