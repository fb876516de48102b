"""Custom resource of the stack: create and evolve tables and views when contracts or SQL change."""

from aws_lambda_powertools import Logger

from saleslake.aws.backend import backend
from saleslake.aws.custom_resource import respond
from saleslake.quality.tables import create_quality_tables
from saleslake.warehouse.tables import create_tables
from saleslake.warehouse.views import create_views

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict, context: object) -> None:
    try:
        if event["RequestType"] != "Delete":
            logger.info("tables", created_tables=create_tables(backend()))
            create_quality_tables(backend())
            create_views(backend())
    except Exception as error:  # whatever it is, CloudFormation must hear of it or waits for an hour
        logger.exception("tables could not be created")
        respond(event, error=f"{type(error).__name__}: {error}")
    else:
        respond(event)
