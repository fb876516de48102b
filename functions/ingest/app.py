"""Take in landed files: one message of the queue is one S3 Object Created event."""

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from saleslake.aws.backend import backend
from saleslake.ingest.receive import LandedObject, receive

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS)


def take_in(record: SQSRecord) -> None:
    landed = LandedObject.from_event(record.json_body)
    delivery = receive(landed, backend())
    logger.info("delivery", landed=landed.key, **delivery.model_dump())


@logger.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    return process_partial_response(event, take_in, processor, context)  # type: ignore[return-value]
