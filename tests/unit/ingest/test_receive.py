"""One landed object ends as accepted, duplicate or refused: kept, recorded and told, however often its event comes."""

import gzip
import hashlib

import boto3
import pytest

from saleslake.ingest.receive import LandedObject, receive

HEADER = "Order ID,Date,Status,Fulfilment,SKU,Category,Qty,currency,Amount,ship-state,B2B\n"
ROW = "405-1,04-30-22,Shipped,Amazon,SKU-1,Set,1,INR,647.62,MAHARASHTRA,False\n"
REPORT = (HEADER + ROW).encode()


def land(key, body):
    """Put an object into the landing bucket; returns what the event says of it."""
    answer = boto3.client("s3").put_object(Bucket="landing", Key=key, Body=body)
    event = {
        "detail": {"bucket": {"name": "landing"}, "object": {"key": key, "version-id": answer["VersionId"]}}
    }
    return LandedObject.from_event(event)


def lake_keys():
    return [item["Key"] for item in boto3.client("s3").list_objects_v2(Bucket="lake").get("Contents", [])]


@pytest.mark.parametrize("key", ["landing/amazon_orders/report.csv", "landing/Sales report (April) – é.csv"])
def test_a_report_is_kept_in_raw_under_its_hash_and_a_run_is_asked_for(backend, key):
    delivery = receive(land(key, REPORT), backend)
    file_id = hashlib.sha256(REPORT).hexdigest()
    assert (delivery.outcome, delivery.file_id) == ("accepted", file_id)
    assert lake_keys() == [f"raw/amazon_orders/{file_id}.csv"]
    item = backend.ledger.get("file", file_id)
    assert (item["state"], item["dataset"], item["size"]) == ("raw", "amazon_orders", len(REPORT))
    assert len(backend.machine.started) == 1


def test_a_gzipped_report_keeps_its_bytes(backend):
    body = gzip.compress(REPORT)
    delivery = receive(land("landing/report.csv.gz", body), backend)
    assert backend.lake.get_bytes(f"raw/amazon_orders/{delivery.file_id}.csv.gz") == body


def test_the_same_bytes_under_another_name_are_a_duplicate(backend):
    first = receive(land("landing/a.csv", REPORT), backend)
    again = receive(land("landing/b.csv", REPORT), backend)
    assert again.outcome == "duplicate"
    assert again.file_id == first.file_id
    assert backend.ledger.get("file", first.file_id)["name"] == "a.csv"
    assert len(backend.machine.started) == 1


def test_the_same_event_twice_ends_as_one(backend):
    landed = land("landing/a.csv", REPORT)
    assert receive(landed, backend) == receive(landed, backend)
    assert len(list(backend.ledger.items("delivery"))) == 1


def test_an_overwritten_object_is_read_in_the_version_of_its_event(backend):
    first = land("landing/a.csv", REPORT)
    land("landing/a.csv", REPORT + ROW.encode())
    assert receive(first, backend).file_id == hashlib.sha256(REPORT).hexdigest()


def test_a_refused_file_is_kept_with_its_reasons_and_told(backend):
    landed = land("landing/broken.csv", HEADER.replace("Amount,", "").encode() + b"x\n")
    delivery = receive(landed, backend)
    assert delivery.outcome == "refused"
    kept = f"quarantine/files/{delivery.file_id}/"
    assert lake_keys() == [kept + "broken.csv", kept + "reason.json"]
    ((subject, message),) = backend.alerts.messages
    assert "broken.csv" in subject
    assert "amount" in message.lower()
    assert backend.ledger.get("delivery", f"{landed.key}#{landed.version}")["outcome"] == "refused"
    assert backend.machine.started == []


def test_an_object_that_is_gone_again_is_no_error(backend):
    landed = LandedObject(bucket="landing", key="landing/gone.csv", version=None)
    assert receive(landed, backend).outcome == "gone"


def test_of_two_files_the_later_landed_has_the_greater_landing_order(backend):
    orders = []
    for key in ("landing/z.csv", "landing/a.csv"):
        delivery = receive(land(key, REPORT + key.encode() + b"\n"), backend)
        orders.append(backend.ledger.get("file", delivery.file_id)["landing_order"].split("|"))
    assert orders[0][0] <= orders[1][0]
    assert orders[0][1:] != orders[1][1:]
