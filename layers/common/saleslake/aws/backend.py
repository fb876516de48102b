"""The stack's adapters in one place, made when first asked for."""

from functools import cache, cached_property

from saleslake.aws.alerts import Alerts
from saleslake.aws.athena import Athena
from saleslake.aws.catalog import Catalog
from saleslake.aws.ledger import Ledger
from saleslake.aws.machine import Machine
from saleslake.aws.s3 import Lake
from saleslake.aws.secrets import Secrets
from saleslake.config import Settings, settings


class Backend:
    """Everything a stage may talk to; each adapter's client is made at its first use."""

    def __init__(self, configuration: Settings) -> None:
        self.settings = configuration

    @cached_property
    def lake(self) -> Lake:
        """Objects of the lake bucket."""
        return Lake(self.settings.lake_bucket)

    @cached_property
    def landing(self) -> Lake:
        """Objects of the landing bucket."""
        return Lake(self.settings.landing_bucket)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger table."""
        return Ledger(self.settings.ledger_table)

    @cached_property
    def athena(self) -> Athena:
        """Queries of the stack's workgroup."""
        return Athena(self.settings.workgroup)

    @cached_property
    def catalog(self) -> Catalog:
        """The Glue catalog."""
        return Catalog()

    @cached_property
    def alerts(self) -> Alerts:
        """The alert topic."""
        return Alerts(self.settings.alert_topic_arn)

    @cached_property
    def machine(self) -> Machine:
        """The pipeline's state machine."""
        return Machine(self.settings.state_machine_arn)

    @cached_property
    def secrets(self) -> Secrets:
        """Credentials of the sources that are pulled."""
        return Secrets(self.settings.pull_secret_arn)


@cache
def backend() -> Backend:
    """The adapters of this process's stack."""
    return Backend(settings())
