"""PHP with nginx before it, in one container: `serve-php` runs both as one unprivileged user."""

from __future__ import annotations

from collections.abc import Iterator

from zipp.images.recipes.debian import BOOKWORM, TRIXIE, debian
from zipp.images.recipes.php_server import FPM_CONF, NGINX_CONF, SERVE
from zipp.images.recipes.recipe import Recipe, apt

DEBIANS = {"8.2": BOOKWORM, "8.4": TRIXIE}
EXTENSIONS = ("bcmath", "curl", "gd", "intl", "mbstring", "mysql", "pgsql", "sqlite3", "xml", "zip")


def php_recipes() -> Iterator[Recipe]:
    for version, suite in DEBIANS.items():
        yield from _php(version, suite)


def _php(version: str, suite: str) -> Iterator[Recipe]:
    base, name = debian(suite), f"zipp/php:{version}"
    packages = [f"php{version}-{part}" for part in ("fpm", "cli", *EXTENSIONS)]
    yield Recipe(
        name,
        f"FROM {base}\n"
        f"RUN {apt(*packages, 'nginx-light')}"
        f" && ln -s php-fpm{version} /usr/sbin/php-fpm\n"
        "COPY nginx.conf php-fpm.conf /etc/zipp/\n"
        "COPY serve-php /usr/local/bin/\n"
        "RUN chmod 755 /usr/local/bin/serve-php\n"
        "ENV PORT=8080 DOCUMENT_ROOT=.\n"
        "WORKDIR /app\n"
        'CMD ["serve-php"]\n',
        parents=(base,),
        files={"nginx.conf": NGINX_CONF, "php-fpm.conf": FPM_CONF, "serve-php": SERVE},
    )
    yield Recipe(
        f"{name}-build",
        f"FROM {name}\nRUN {apt('composer', 'git', 'unzip')} && composer --version\n",
        parents=(name,),
    )
