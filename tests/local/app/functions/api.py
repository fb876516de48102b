"""An empty Powertools handler behind API Gateway."""

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

app = APIGatewayRestResolver()


@app.get("/health")
def health() -> dict:
    return {"status": "ok"}


def handler(event: dict, context: object) -> dict:
    return app.resolve(event, context)
