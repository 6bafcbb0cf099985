from django.http import HttpRequest, HttpResponse
from django.urls import path

VERSION = "@VERSION@"


def version(request: HttpRequest) -> HttpResponse:
    return HttpResponse(VERSION)


urlpatterns = [path("", version)]
