"""Java and Kotlin: a Maven or Gradle project that packs a server into one jar."""

from __future__ import annotations

import re

from zipp.detect.config import Config
from zipp.detect.procfile import given_start
from zipp.detect.project import Project
from zipp.domain.errors import DetectionError
from zipp.domain.plan import BuildPlan

PORT = 8080
VERSIONS = (17, 21)
_GRADLE = ("build.gradle", "build.gradle.kts")
_BUILD_FILES = ("pom.xml", *_GRADLE)
_FRAMEWORKS = {
    "spring-boot": ("spring-boot", "Spring Boot"),
    "org.springframework.boot": ("spring-boot", "Spring Boot"),
    "quarkus": ("quarkus", "Quarkus"),
    "micronaut": ("micronaut", "Micronaut"),
    "javalin": ("javalin", "Javalin"),
    "ktor": ("ktor", "Ktor"),
    "helidon": ("helidon", "Helidon"),
    "vertx": ("vertx", "Vert.x"),
    "dropwizard": ("dropwizard", "Dropwizard"),
    "spark-core": ("spark", "Spark"),
    "jetty": ("jetty", "Jetty"),
    "undertow": ("undertow", "Undertow"),
    "tomcat-embed": ("tomcat", "Tomcat"),
}
_PORTS = {
    "spring-boot": "-Dserver.port=$PORT ",
    "quarkus": "-Dquarkus.http.port=$PORT -Dquarkus.http.host=0.0.0.0 ",
    "micronaut": "-Dmicronaut.server.port=$PORT ",
    "helidon": "-Dserver.port=$PORT ",
}
_RELEASE = re.compile(
    r"(?:<java\.version>|<maven\.compiler\.(?:release|source|target)>|<release>|JavaLanguageVersion\.of\(|java\.runtime\.version="
    r"|jvmToolchain\(|VERSION_|sourceCompatibility ?= ?['\"]?)(?:1\.)?([0-9]{1,2})"
)
# Of what a build leaves, the one that runs: shaded and repackaged jars are the largest.
_PICK = (
    "jar=$(ls -S {folder}/*.jar {folder}/*.war 2>/dev/null"
    " | grep -Ev '(-sources|-javadoc|-tests|-plain)[.]jar$|/original-' | head -n 1)\n"
    "test -n \"$jar\" || {{ echo 'Zipp: the build left no jar in {folder}/.' >&2; exit 1; }}\n"
    'cp "$jar" app.jar'
)


class JavaDetector:
    name = "java"
    runs_code = True

    def detect(self, project: Project, config: Config) -> BuildPlan | None:
        file = next((name for name in _BUILD_FILES if project.has(name)), None)
        if file is None:
            return None
        text = project.text(file) or ""
        given = given_start(project, config)
        framework, label = next((names for word, names in _FRAMEWORKS.items() if word in text), ("java", "Java"))
        if framework == "java" and not given:
            raise _no_server(file)
        if file in _GRADLE and not project.has("gradlew") and config.build is None:
            raise _no_wrapper(file)
        version, notes = _version(text + (project.text("system.properties") or ""))
        uses_maven = file == "pom.xml"
        build = "mvn -B -ntp -DskipTests package" if uses_maven else "sh ./gradlew --no-daemon build -x test"
        folder = "target" if uses_maven else "build/libs"
        start = given or f"java {_PORTS.get(framework, '')}-jar {_jar(framework, folder)}"
        picks = not given and framework != "quarkus"
        return BuildPlan(
            framework=framework,
            summary="; ".join([f"{label} app: {build}, then {start.splitlines()[0][:80]} on $PORT", *notes]),
            builder=f"zipp/java:{version}-build",
            base=f"zipp/java:{version}-slim",
            caches=("maven",) if uses_maven else ("gradle",),
            build=(build, *((_PICK.format(folder=folder),) if picks else ())),
            keep=_kept(framework, folder, given),
            start=start,
            port=PORT,
            env={"JAVA_TOOL_OPTIONS": "-XX:MaxRAMPercentage=75 -XX:+UseSerialGC"},
        )


def _kept(framework: str, folder: str, given: str | None) -> tuple[str, ...]:
    if given:
        return (".",)  # whatever their command names
    return (folder.partition("/")[0],) if framework == "quarkus" else ("app.jar",)


def _jar(framework: str, folder: str) -> str:
    if framework == "quarkus":
        return f"{folder.partition('/')[0]}/quarkus-app/quarkus-run.jar"
    return "app.jar"


def _version(text: str) -> tuple[int, tuple[str, ...]]:
    """The oldest that runs what the build asks for: newer ones run older programs, but compile them with warnings."""
    asked = max((int(number) for number in _RELEASE.findall(text)), default=VERSIONS[0])
    fitting = [version for version in VERSIONS if version >= asked]
    if fitting:
        return fitting[0], ()
    return VERSIONS[-1], (f"Java {asked} is asked for, {VERSIONS[-1]} is the newest there is",)


def _no_server(file: str) -> DetectionError:
    return DetectionError(
        f"{file} names no web framework that Zipp knows, so that nobody can tell what answers visitors.",
        code="java_no_server",
        hint="If it is a server, say how it starts in a Procfile: web: java -jar target/app.jar. Or add a Dockerfile.",
    )


def _no_wrapper(file: str) -> DetectionError:
    return DetectionError(
        f"{file} is here, but not gradlew, which says which Gradle it needs.",
        code="java_no_wrapper",
        hint="Add the wrapper and commit what it makes: gradle wrapper",
    )
