from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from zipp.domain.plan import BuildPlan

Planned = Callable[[Mapping[str, object]], BuildPlan]
MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
WSGI = "from django.core.wsgi import get_wsgi_application\n" + MANAGE + "application = get_wsgi_application()\n"
ASGI = "from django.core.asgi import get_asgi_application\n" + MANAGE + "application = get_asgi_application()\n"
SETTINGS = """\
import os
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.staticfiles"]
MIDDLEWARE = ["whitenoise.middleware.WhiteNoiseMiddleware"]
STATIC_URL = "static/"
STATIC_ROOT = "staticfiles"
"""
SQLITE = 'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3"}}\n'


def project(settings: str = SETTINGS, folder: str = "", **more: object) -> dict[str, object]:
    return {
        "requirements.txt": "Django==5.2\ngunicorn\nwhitenoise\n",
        f"{folder}manage.py": MANAGE,
        f"{folder}shop/__init__.py": "",
        f"{folder}shop/settings.py": settings,
        f"{folder}shop/wsgi.py": WSGI,
        **more,
    }


def test_a_project_that_is_ready_for_a_server_is_left_as_it_is(planned: Planned) -> None:
    plan = planned(project())
    assert plan.framework == "django"
    assert plan.start == "gunicorn --bind 0.0.0.0:$PORT --threads 8 shop.wsgi:application"
    assert plan.dependencies == ("uv pip install -r requirements.txt",)
    assert plan.build == ("python manage.py collectstatic --noinput",)
    assert plan.env["DJANGO_SETTINGS_MODULE"] == "shop.settings"
    assert (plan.before_start, plan.read_only_root) == ("", True)
    assert ";" not in plan.summary


def test_hosts_that_leave_out_the_sites_address_are_opened_in_settings_of_our_own(planned: Planned) -> None:
    plan = planned(project(SETTINGS.replace('["*"]', '["localhost", "shop.example"]')))
    assert plan.build == (
        "printf '%s\\n' 'from shop.settings import *' 'ALLOWED_HOSTS = [\"*\"]' > zipp_settings.py",
        "python manage.py collectstatic --noinput",
    )
    assert plan.env["DJANGO_SETTINGS_MODULE"] == "zipp_settings"
    assert "ALLOWED_HOSTS lets this site's addresses in" in plan.summary


def test_hosts_that_are_not_said_at_all_are_opened_too(planned: Planned) -> None:
    assert "ALLOWED_HOSTS" in planned(project(SETTINGS.replace("ALLOWED_HOSTS", "OTHER"))).build[0]


@pytest.mark.parametrize(
    "value",
    ["os.getenv('SHOP_HOSTS', 'localhost').split(',')", "config('SHOP_HOSTS', cast=Csv())", "env.list('SHOP_HOSTS')"],
)
def test_hosts_from_the_environment_are_opened_there(planned: Planned, value: str) -> None:
    plan = planned(project(SETTINGS.replace('["*"]', value)))
    assert plan.env["SHOP_HOSTS"] == "*"
    assert plan.env["DJANGO_SETTINGS_MODULE"] == "shop.settings"


def test_without_whitenoise_it_is_added_so_that_pages_look_right(planned: Planned) -> None:
    settings = SETTINGS.replace("whitenoise.middleware.WhiteNoiseMiddleware", "x").replace("STATIC_ROOT", "OTHER")
    plan = planned(project(settings) | {"requirements.txt": "django"})
    assert plan.dependencies == ("uv pip install -r requirements.txt gunicorn whitenoise",)
    assert plan.build[0] == (
        "printf '%s\\n' 'from shop.settings import *'"
        " 'MIDDLEWARE = [\"whitenoise.middleware.WhiteNoiseMiddleware\", *MIDDLEWARE]'"
        " 'STATIC_ROOT = \"/app/staticfiles\"' > zipp_settings.py"
    )
    assert "WhiteNoise serves its static files" in plan.summary


def test_without_static_files_nothing_is_collected(planned: Planned) -> None:
    plan = planned(project(SETTINGS.replace("django.contrib.staticfiles", "x")))
    assert plan.build == ()


def test_a_folder_of_its_own_is_where_everything_runs(planned: Planned) -> None:
    plan = planned(project(SETTINGS + SQLITE, folder="site/"))
    assert plan.start == "gunicorn --bind 0.0.0.0:$PORT --threads 8 --chdir site shop.wsgi:application"
    assert plan.build == ("cd site && python manage.py collectstatic --noinput",)
    assert plan.before_start.startswith("cd site && python -c ")


def test_settings_that_include_others_are_read_together(planned: Planned) -> None:
    tree = project()
    del tree["shop/settings.py"]
    tree |= {
        "shop/settings/__init__.py": "",
        "shop/settings/base.py": SETTINGS + SQLITE,
        "shop/settings/prod.py": "from .base import *\nALLOWED_HOSTS = ['shop.example']\n",
        "shop/wsgi.py": WSGI.replace("shop.settings", "shop.settings.prod"),
    }
    plan = planned(tree)
    assert "from shop.settings.prod import *" in plan.build[0]
    assert plan.before_start, "the database of the included settings counts"


def test_a_sqlite_file_that_nobody_sent_gets_its_tables_before_the_start(planned: Planned) -> None:
    plan = planned(project(SETTINGS + SQLITE))
    assert plan.before_start.startswith("python -c 'import django; django.setup()\n")
    assert 'if connection.vendor == "sqlite"' in plan.before_start, "no other database is changed unasked"
    assert not plan.read_only_root
    assert "what it holds goes with each deployment" in plan.summary
    assert planned(project(SETTINGS + SQLITE, **{"db.sqlite3": "x"})).before_start == ""


def test_the_procfiles_release_takes_the_place_of_that(planned: Planned) -> None:
    procfile = "release: python manage.py migrate\nweb: gunicorn shop.wsgi\n"
    plan = planned(project(SETTINGS + SQLITE, Procfile=procfile))
    assert (plan.before_start, plan.start) == ("python manage.py migrate", "gunicorn shop.wsgi")


def test_a_database_by_address_is_a_file_until_another_is_set(planned: Planned) -> None:
    settings = (
        SETTINGS
        + "import dj_database_url\nDATABASES = {'default': dj_database_url.parse(os.environ['DATABASE_URL'])}\n"
    )
    plan = planned(project(settings))
    assert plan.env["DATABASE_URL"] == "sqlite:////app/db.sqlite3"
    assert "DATABASE_URL is a SQLite file until you set another" in plan.summary


def test_what_its_settings_need_is_said(planned: Planned) -> None:
    settings = (
        SETTINGS + "SECRET_KEY = os.environ['SECRET_KEY']\nKEY = os.environ.get('OTHER')\nA = env('A', default=1)\n"
    )
    assert "its settings need SECRET_KEY: set them" in planned(project(settings)).summary


def test_debug_is_said(planned: Planned) -> None:
    assert "DEBUG is on" in planned(project(SETTINGS.replace("DEBUG = False", "DEBUG = True"))).summary


def test_channels_are_served_through_asgi(planned: Planned) -> None:
    settings = SETTINGS.replace('["django', '["channels", "django')
    plan = planned(project(settings, **{"shop/asgi.py": ASGI}))
    assert plan.start == "uvicorn shop.asgi:application --host 0.0.0.0 --port $PORT"
    assert planned(project(**{"shop/asgi.py": ASGI})).start.startswith("gunicorn ")


def test_settings_that_wsgi_insists_on_are_not_replaced(planned: Planned) -> None:
    wsgi = WSGI.replace(
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')",
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings'",
    )
    plan = planned(project(SETTINGS.replace('["*"]', "[]"), **{"shop/wsgi.py": wsgi}))
    assert plan.build == ("python manage.py collectstatic --noinput",)
    assert "DJANGO_SETTINGS_MODULE" not in plan.env
    assert "visitors get an error 400" in plan.summary


def test_names_in_settings_never_reach_a_command(planned: Planned) -> None:
    manage = MANAGE.replace("shop.settings", "shop.settings; id")
    plan = planned(project() | {"manage.py": manage, "shop/wsgi.py": WSGI.replace("shop.settings", "$(id)")})
    assert "id" not in " ".join([*plan.build, plan.before_start]).split()
    assert "$(id)" not in plan.model_dump_json()


def test_a_variable_that_is_none_never_reaches_the_plan(planned: Planned) -> None:
    plan = planned(project(SETTINGS.replace('["*"]', "os.getenv('A B=1; id', 'localhost').split(',')")))
    assert "A B" not in plan.model_dump_json()
