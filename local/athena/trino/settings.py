"""What one Trino server is told: its JVM flags, its own settings, and the two catalogs over Glue and S3."""

from local.athena.engine import Session
from local.athena.trino.java import Java

# The catalog a query starts in is Athena's: the Iceberg connector, which knows Iceberg tables and views and
# hands every other Glue table to the Hive connector. (The other way round, views cannot be read.)
CATALOG = "awsdatacatalog"
HIVE_CATALOG = "hive"

# https://trino.io/docs/476/installation/deployment.html#jvm-config, for one small node
JVM_FLAGS = (
    "-server",
    "-Xmx3G",
    "-XX:InitialRAMPercentage=2",
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:PerMethodRecompilationCutoff=10000",
    "-XX:PerBytecodeRecompilationCutoff=10000",
    "-XX:+EnableDynamicAgentLoading",
    "-Djdk.attach.allowAttachSelf=true",
    "-Djdk.nio.maxCachedBufferSize=2000000",
    "-Dfile.encoding=UTF-8",
    "-Duser.timezone=UTC",
    "--sun-misc-unsafe-memory-access=allow",
)


def jvm_flags(java: Java) -> tuple[str, ...]:
    """Flags for this Java; the vector module speeds some operators up and is not in every JDK."""
    vector = ("--add-modules=jdk.incubator.vector",) if "jdk.incubator.vector" in java.modules else ()
    return (*JVM_FLAGS, *vector)


def server_settings(port: int, plugins: str, catalogs: str) -> dict[str, str]:
    """One node that is coordinator and worker, on the loopback address only."""
    return {
        "node.environment": "saleslake",
        "node.id": "local",
        "node.bind-ip": "127.0.0.1",
        "node.internal-address": "127.0.0.1",
        "coordinator": "true",
        "node-scheduler.include-coordinator": "true",
        "http-server.http.port": str(port),
        "discovery.uri": f"http://127.0.0.1:{port}",
        "plugin.dir": plugins,
        "catalog.config-dir": catalogs,
        "web-ui.enabled": "false",
        "query.max-memory": "2GB",
        "query.max-memory-per-node": "2GB",
        "query.max-history": "20",
        "query.min-expire-age": "1m",
        "query.client.timeout": "1m",
        "task.concurrency": "2",
        "task.max-worker-threads": "4",
        "task.max-writer-count": "1",  # so that the limit of 100 partitions holds for a statement, as in Athena
        "sql.default-catalog": CATALOG,
    }


def catalog_settings(session: Session) -> dict[str, dict[str, str]]:
    """The catalogs by name. Nothing is cached: pointers in Glue move, and that must be seen at once."""
    glue_and_s3 = {
        "hive.metastore.glue.region": session.region,
        "hive.metastore.glue.endpoint-url": session.endpoint,
        "hive.metastore.glue.aws-access-key": session.access_key,
        "hive.metastore.glue.aws-secret-key": session.secret_key,
        "hive.metastore.glue.catalogid": session.account_id,
        "fs.native-s3.enabled": "true",
        "s3.region": session.region,
        "s3.endpoint": session.endpoint,
        "s3.path-style-access": "true",
        "parquet.small-file-threshold": "0B",  # else small files are read, and counted, whole
        "s3.aws-access-key": session.access_key,
        "s3.aws-secret-key": session.secret_key,
    }
    iceberg = {
        "connector.name": "iceberg",
        "iceberg.catalog.type": "glue",
        "iceberg.hive-catalog-name": HIVE_CATALOG,
        "iceberg.file-format": "PARQUET",
        "iceberg.compression-codec": "ZSTD",
        "iceberg.max-partitions-per-writer": "100",
        "iceberg.unique-table-location": "false",
        "iceberg.metadata-cache.enabled": "false",
        "iceberg.allowed-extra-properties": "*",
        "iceberg.extended-statistics.collect-on-write": "false",  # a second commit a statement; Athena makes one
        "iceberg.expire-snapshots.min-retention": "0s",
        "iceberg.remove-orphan-files.min-retention": "0s",
    }
    hive = {
        "connector.name": "hive",
        "hive.metastore": "glue",
        "hive.iceberg-catalog-name": CATALOG,
        "hive.partition-projection-enabled": "true",
        "hive.max-partitions-per-writers": "100",
        "hive.storage-format": "PARQUET",
        "hive.non-managed-table-writes-enabled": "true",
        "hive.metastore-cache-ttl": "0s",
    }
    return {CATALOG: {**iceberg, **glue_and_s3}, HIVE_CATALOG: {**hive, **glue_and_s3}}


def as_properties(settings: dict[str, str]) -> str:
    """Settings in the form of a Java properties file."""
    return "".join(f"{name}={value}\n" for name, value in settings.items())
