"""Sources of one API, pulled into a landing bucket and a ledger that are dictionaries; one test uses moto's."""

import json
from types import SimpleNamespace

import pytest
import yaml

from saleslake.aws.secrets import Secrets
from saleslake.pull.run import PullRequest, pull
from saleslake.pull.source import read_source


class Landing(dict):
    """Stands for the landing bucket: text by key."""

    def put_bytes(self, key, body, kind):
        assert key not in self, "a page has overwritten another"
        assert kind == "application/json"
        self[key] = body.decode()


class Ledger(dict):
    """Stands for the ledger."""

    def get(self, kind, name):
        return super().get((kind, name))

    def put(self, kind, name, item):
        self[kind, name] = {field: value for field, value in item.items() if value is not None}


class Inbox(list):
    """Stands for the alert topic."""

    def send(self, subject, message):
        self.append((subject, message))


class Puller:
    """Pulls one source and looks at what it left behind."""

    def __init__(self, backend):
        self.backend = backend

    def source(self, api, **fields):
        return read_source(
            "shop_orders", yaml.safe_dump({"dataset": "web_orders", "url": f"{api.url}/orders", **fields})
        )

    def pull(self, source, seconds_left=600):
        left = seconds_left if callable(seconds_left) else lambda: seconds_left
        (pulled,) = pull(
            PullRequest(source=source.name),
            self.backend,
            seconds_left=left,
            sources={source.name: source},
            backoff_seconds=0.01,
        )
        return pulled

    def landed(self):
        """The files in landing, by key."""
        return self.backend.landing

    def records(self):
        """All records in landing, whichever file they are in."""
        return [record for text in self.landed().values() for record in json.loads(text)]

    def kept(self):
        return self.backend.ledger.get("source", "shop_orders")


@pytest.fixture
def puller():
    return Puller(
        SimpleNamespace(landing=Landing(), ledger=Ledger(), alerts=Inbox(), secrets=Secrets("", object()))
    )
