"""The credentials of the sources that are pulled: one secret, a JSON object with an entry per source."""

import json
from typing import Any

from botocore.exceptions import ClientError

from saleslake.aws.clients import client, error_code
from saleslake.errors import BadInput


class SecretUnusable(BadInput):
    """The secret is not there, may not be read, or has no entry of this name."""

    code = "secret_unusable"


class Secrets:
    """One secret of Secrets Manager, read anew for each pull: it may have been rotated since."""

    def __init__(self, arn: str, secretsmanager: Any = None) -> None:
        self.arn = arn
        self._client = secretsmanager or client("secretsmanager")

    def entry(self, name: str) -> Any:
        """The entry of a source: a text, or a username and password.

        Raises
        ------
        SecretUnusable
            There is none; the message does not repeat what the secret says.
        """
        if not self.arn:
            raise SecretUnusable(f"{name} needs credentials: deploy with PullSecretArn")
        try:
            text = self._client.get_secret_value(SecretId=self.arn)["SecretString"]
            entries = json.loads(text)
        except ClientError as error:
            raise SecretUnusable(f"{self.arn}: {error_code(error)}") from error
        except (KeyError, ValueError) as error:
            raise SecretUnusable(f"{self.arn} is no JSON text") from error
        if not isinstance(entries, dict) or name not in entries:
            raise SecretUnusable(f"{self.arn} has no entry {name!r}")
        return entries[name]
