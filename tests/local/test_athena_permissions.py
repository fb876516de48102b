"""Athena acts with its caller's permissions; each one that is missing gives Athena's sentence.

https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html
"""

import json
import time
import uuid

import boto3
import pytest
from botocore.exceptions import ClientError

from local import deploy
from local.settings import ACCOUNT, REGION

DATABASE, BUCKET, GROUP = "athena_roles", "athena-roles", "athena-roles"
GLUE = f"arn:aws:glue:{REGION}:{ACCOUNT}:"
WORKGROUP = f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/{GROUP}"
QUERY_ACTIONS = ["StartQueryExecution", "GetQueryExecution", "GetQueryResults", "StopQueryExecution"]
TABLE = (
    f"LOCATION 's3://{BUCKET}/tables/{{}}/' TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')"
)

# What reading one table needs, by the name used below.
READ = {
    "athena": ([f"athena:{action}" for action in QUERY_ACTIONS], [WORKGROUP]),
    "catalog": (["glue:GetDatabase", "glue:GetTable"], [GLUE + "catalog"]),
    "database": (["glue:GetDatabase", "glue:GetTable"], [GLUE + f"database/{DATABASE}"]),
    "table": (["glue:GetTable"], [GLUE + f"table/{DATABASE}/*"]),
    "bucket": (["s3:ListBucket", "s3:GetBucketLocation"], [f"arn:aws:s3:::{BUCKET}"]),
    "files": (["s3:GetObject"], [f"arn:aws:s3:::{BUCKET}/tables/*"]),
    "results": (["s3:GetObject", "s3:PutObject"], [f"arn:aws:s3:::{BUCKET}/athena/*"]),
}
WRITE = {
    "update": (
        ["glue:UpdateTable"],
        [GLUE + "catalog", GLUE + f"database/{DATABASE}", GLUE + f"table/{DATABASE}/*"],
    ),
    "put": (["s3:PutObject"], [f"arn:aws:s3:::{BUCKET}/tables/*"]),
}


@pytest.fixture(scope="module")
def root(cloud):
    """The root user's clients, and a table `sales` of one row, with a view of it."""
    deploy.client(cloud, "s3").create_bucket(Bucket=BUCKET)
    deploy.client(cloud, "glue").create_database(DatabaseInput={"Name": DATABASE})
    place = {"OutputLocation": f"s3://{BUCKET}/athena/"}
    settings = {"ResultConfiguration": place, "EnforceWorkGroupConfiguration": True}
    athena = deploy.client(cloud, "athena")
    athena.create_work_group(Name=GROUP, Configuration=settings)
    for sql in (
        f"CREATE TABLE sales (id int) {TABLE.format('sales')}",
        "INSERT INTO sales VALUES 1",
        "CREATE VIEW seen AS SELECT id FROM sales",
    ):
        assert run(athena, sql)["State"] == "SUCCEEDED"
    return athena


@pytest.fixture
def acting(cloud, root):
    """Athena clients of a fresh role that may do what the given statements say."""

    def acting_as(grants):
        iam, name = deploy.client(cloud, "iam"), f"athena-{uuid.uuid4().hex[:8]}"
        trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        statements = [{"Effect": "Allow", "Action": a, "Resource": r} for a, r in grants.values()]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
        role = f"arn:aws:iam::{ACCOUNT}:role/{name}"
        keys = deploy.client(cloud, "sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
        session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], REGION)
        return session.client("athena", endpoint_url=cloud.endpoint)

    return acting_as


def run(athena, sql):
    """Run a statement; its last status."""
    query_id = athena.start_query_execution(
        QueryString=sql, WorkGroup=GROUP, QueryExecutionContext={"Database": DATABASE}
    )["QueryExecutionId"]
    while True:
        status = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]
        if status["State"] not in ("QUEUED", "RUNNING"):
            return status | {"QueryExecutionId": query_id}
        time.sleep(0.01)


def test_a_role_scoped_to_its_workgroup_reads_the_table_and_its_results(acting):
    """GetQueryExecution and GetQueryResults name no workgroup, and are allowed on that of the query.

    https://docs.aws.amazon.com/athena/latest/ug/example-policies-workgroup.html
    """
    athena = acting(READ)
    status = run(athena, "SELECT id FROM sales")
    assert status["State"] == "SUCCEEDED", status
    rows = athena.get_query_results(QueryExecutionId=status["QueryExecutionId"])["ResultSet"]["Rows"]
    assert [row["Data"][0]["VarCharValue"] for row in rows] == ["id", "1"]
    athena.stop_query_execution(QueryExecutionId=status["QueryExecutionId"])
    assert run(athena, "SELECT id FROM seen")["State"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("catalog", f"glue:GetDatabase on resource: {GLUE}catalog because no identity-based policy allows"),
        ("database", f"glue:GetDatabase on resource: {GLUE}database/{DATABASE} because"),
        ("table", f"glue:GetTable on resource: {GLUE}table/{DATABASE}/sales because"),
        ("bucket", "Access denied when writing output to url"),
        ("files", "Permission denied on S3 path: s3://athena-roles/tables/sales/metadata/"),
        ("results", f"Access denied when writing output to url: s3://{BUCKET}/athena/"),
    ],
)
def test_reading_without_one_permission_fails(acting, missing, message):
    status = run(
        acting({name: grant for name, grant in READ.items() if name != missing}), "SELECT id FROM sales"
    )
    assert status["State"] == "FAILED"
    assert message in status["StateChangeReason"]
    assert status["AthenaError"]["ErrorCategory"] == 2
    assert not status["AthenaError"]["Retryable"]


def test_the_files_of_another_table_are_denied(acting):
    grants = READ | {"files": (["s3:GetObject"], [f"arn:aws:s3:::{BUCKET}/tables/other/*"])}
    assert "Permission denied on S3 path" in run(acting(grants), "SELECT id FROM sales")["StateChangeReason"]


def test_a_view_needs_the_permissions_of_its_tables(acting):
    grants = READ | {"table": (["glue:GetTable"], [GLUE + f"table/{DATABASE}/seen"])}
    assert "table/athena_roles/sales" in run(acting(grants), "SELECT id FROM seen")["StateChangeReason"]


def test_a_reader_cannot_write(acting):
    athena = acting(READ)
    for sql in ("INSERT INTO sales VALUES 2", "DELETE FROM sales", "UPDATE sales SET id = 2"):
        assert "glue:UpdateTable" in run(athena, sql)["StateChangeReason"]


@pytest.mark.parametrize(
    ("missing", "message"), [("update", "glue:UpdateTable"), ("put", "Permission denied on S3 path")]
)
def test_writing_without_one_permission_fails_and_changes_nothing(acting, root, missing, message):
    grants = READ | {name: grant for name, grant in WRITE.items() if name != missing}
    assert message in run(acting(grants), "INSERT INTO sales VALUES 2")["StateChangeReason"]
    query = run(root, "SELECT count(*) AS n FROM sales")
    rows = root.get_query_results(QueryExecutionId=query["QueryExecutionId"])["ResultSet"]["Rows"]
    assert rows[1]["Data"][0]["VarCharValue"] == "1"


def test_a_writer_writes(acting, root):
    athena = acting(READ | WRITE)
    assert run(athena, "INSERT INTO sales VALUES 2")["State"] == "SUCCEEDED"
    assert run(athena, "DELETE FROM sales WHERE id = 2")["State"] == "SUCCEEDED"


def test_creating_and_dropping_tables_take_their_own_permissions(acting):
    names = [GLUE + "catalog", GLUE + f"database/{DATABASE}", GLUE + f"table/{DATABASE}/*"]
    create = f"CREATE TABLE made (id int) {TABLE.format('made')}"
    assert "glue:CreateTable" in run(acting(READ | WRITE), create)["StateChangeReason"]
    creator = acting(READ | WRITE | {"create": (["glue:CreateTable"], names)})
    assert run(creator, create)["State"] == "SUCCEEDED"
    assert "glue:DeleteTable" in run(creator, "DROP TABLE made")["StateChangeReason"]
    # An Iceberg table goes with its files.
    dropper = {"drop": (["glue:DeleteTable"], names)}
    assert (
        "Permission denied on S3 path" in run(acting(READ | dropper), "DROP TABLE made")["StateChangeReason"]
    )
    files = {"delete": (["s3:DeleteObject"], [f"arn:aws:s3:::{BUCKET}/tables/*"])}
    assert run(acting(READ | dropper | files), "DROP TABLE made")["State"] == "SUCCEEDED"


def test_another_workgroups_queries_are_out_of_reach(acting, root):
    other = READ | {"athena": (READ["athena"][0], [WORKGROUP.replace(GROUP, "another")])}
    query = run(root, "SELECT 1")
    with pytest.raises(ClientError, match="AccessDenied"):
        acting(other).get_query_execution(QueryExecutionId=query["QueryExecutionId"])
    with pytest.raises(ClientError, match="AccessDenied"):
        run(acting(other), "SELECT 1")


def test_a_call_that_names_no_workgroup_is_one_on_primary(acting):
    primary = WORKGROUP.replace(GROUP, "primary")
    athena = acting({"athena": (["athena:StartQueryExecution"], [primary])})
    with pytest.raises(ClientError, match="No output location provided"):
        athena.start_query_execution(QueryString="SELECT 1")


def test_reading_results_needs_the_object(acting, root):
    query = run(root, "SELECT 1")
    grants = READ | {"results": (["s3:PutObject"], [f"arn:aws:s3:::{BUCKET}/athena/*"])}
    with pytest.raises(ClientError, match="Access denied when reading query results"):
        acting(grants).get_query_results(QueryExecutionId=query["QueryExecutionId"])
