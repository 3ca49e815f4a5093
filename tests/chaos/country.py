"""The small country under load: made through the services' APIs, and a partner who listens."""

import json
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.chaos.instance import wait_for
from tests.chaos.writers import Ack, kind_at

AREAS = ["XK.PRI", "XK.PEC", "XK.PRI.DARDANIA", "XK.PRI.ULPIANA"]


def post(url: str, token: str, body: Any, *, patient: bool = False) -> Any:
    """Send a command that must succeed; None when it did not and one is `patient`."""
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            if not patient:
                raise AssertionError((url, error.code, error.read())) from error
    return None


def _feature(code: str, parent: str, west: float) -> dict[str, Any]:
    ring = [[west, 42], [west + 0.1, 42], [west + 0.1, 42.1], [west, 42.1], [west, 42]]
    return {
        "type": "Feature",
        "properties": {"code": code, "parent_code": parent, "name": code.title(), "population": 1000},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


FEATURES = [
    _feature("PRI", "XK", 21.0),
    _feature("PEC", "XK", 22.0),
    _feature("DARDANIA", "PRI", 21.0),
    _feature("ULPIANA", "PRI", 21.05),
]


@dataclass
class Country:
    """Where the services are, who may write there, and the forums by area."""

    urls: dict[str, str]
    token: str
    forums: dict[str, str] = field(default_factory=dict)
    acknowledged: list[Ack] = field(default_factory=list)
    """What founding it took of what readers count."""

    def found(self) -> None:
        """Register the areas, found a forum in each, and wait until the incidents' owner knows them."""
        forum = f"{self.urls['forum']}/v1"
        mapping = {"code": "code", "parent": "parent_code", "name": "name", "population": ["population"]}
        collection = {"type": "FeatureCollection", "features": FEATURES}
        root = {"code": "XK", "name": "Testland"}
        post(f"{forum}/areas/imports", self.token, {"mapping": mapping, "root": root, "collections": [collection]})
        for area in AREAS:
            made = post(
                f"{forum}/forums", self.token, {"area": area, "kind": kind_at(area), "name": f"Forum of {area}"}
            )
            rules = {"text": "We meet.", "adopted_on": "2025-01-01"}
            post(f"{forum}/forums/{made['id']}/rules-of-procedure", self.token, rules)
            self.forums[area] = made["id"]
        if "cases" in self.urls:
            wait_for(self._placed, "the areas reach the cases service")
            self.acknowledged.append({"key": "first", "kind": "batch", "cells": [[AREAS[-1], "2024-12", "0801"]]})

    def _placed(self) -> bool:
        row = {"external_id": "first", "month": "2024-12", "area": AREAS[-1], "category": "0801"}
        body = {"import_id": "f" * 64, "batch": 0, "root": "XK", "source": "first", "rows": [row]}
        report = post(f"{self.urls['cases']}/v1/incidents/batches", self.token, body, patient=True)
        return report is not None and report["refused"] == []


class Partner:
    """A partner's endpoint: remembers the ids of what it was sent, in order of arrival."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                heard.append(self.headers["webhook-id"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def register(self, webhooks: str, token: str) -> str:
        """Ask to hear of forums founded; the endpoint's id."""
        wanted = {"url": self.url, "event_types": ["forum.founded"], "areas": ["XK"]}
        return str(post(f"{webhooks}/v1/endpoints", token, wanted)["id"])

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
