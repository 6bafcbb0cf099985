"""The packages of a project that lists none: by what it imports, and only those that are known by that name.

Anything else that is imported may be a typing error, and whoever has registered that name would run code in the build.
"""

from __future__ import annotations

from collections.abc import Iterable

from zipp.detect.project import Project

# Modules that go by another name than their package.
_RENAMED = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "decouple": "python-decouple",
    "dotenv": "python-dotenv",
    "environ": "django-environ",
    "fasthtml": "python-fasthtml",
    "flask_sqlalchemy": "flask-sqlalchemy",
    "fitz": "pymupdf",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "multipart": "python-multipart",
    "MySQLdb": "mysqlclient",
    "psycopg2": "psycopg2-binary",
    "rest_framework": "djangorestframework",
    "corsheaders": "django-cors-headers",
    "crispy_forms": "django-crispy-forms",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "socketio": "python-socketio",
    "yaml": "pyyaml",
}
_SAME = frozenset(
    {
        *(
            "aiofiles",
            "aiohttp",
            "aiosqlite",
            "altair",
            "apiflask",
            "bcrypt",
            "bleach",
            "blacksheep",
            "bokeh",
            "bottle",
        ),
        *("chainlit", "cherrypy", "click", "cryptography", "dash", "django", "dj_database_url", "duckdb", "falcon"),
        *("fastapi", "feedparser", "flask", "flask_bcrypt", "flask_caching", "flask_cors", "flask_limiter"),
        *("flask_login", "flask_mail", "flask_migrate", "flask_restful", "flask_socketio", "flask_wtf", "folium"),
        *("gevent", "gradio", "gunicorn", "httpx", "itsdangerous", "jinja2", "joblib", "litestar", "lxml", "markdown"),
        *("marshmallow", "matplotlib", "mistune", "networkx", "nicegui", "numpy", "openai", "openpyxl", "orjson"),
        *("pandas", "passlib", "peewee", "plotly", "psutil", "psycopg", "pydantic", "pydantic_settings", "pygments"),
        *("pymongo", "pymysql", "pyramid", "qrcode", "quart", "redis", "requests", "rich", "sanic", "scipy"),
        *("seaborn", "shiny", "sqlalchemy", "sqlmodel", "starlette", "statsmodels", "streamlit", "sympy", "tinydb"),
        *("tornado", "tqdm", "uvicorn", "waitress", "werkzeug", "whitenoise", "wordcloud", "wtforms", "yfinance"),
    }
)


def packages_of(project: Project, imports: Iterable[str]) -> tuple[str, ...]:
    roots = {name.partition(".")[0] for name in imports}
    foreign = {root for root in roots if not (project.has(f"{root}.py") or project.has_folder(root))}
    known = {
        _RENAMED.get(root) or (root.lower().replace("_", "-") if root.lower() in _SAME else "") for root in foreign
    }
    return tuple(sorted(known - {""}))
