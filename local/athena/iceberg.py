"""pyiceberg over the emulator's own Glue and S3."""

from functools import lru_cache
from typing import Any

from pyiceberg.catalog.glue import METADATA_LOCATION, GlueCatalog
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream
from pyiceberg.serializers import FromInputFile
from pyiceberg.table import Table
from pyiceberg.table.metadata import TableMetadata

from local.athena.store import GlueError, ObjectMissing, Store

ICEBERG_TYPE = "iceberg"
__all__ = ["CommitFailedException", "catalog", "is_iceberg", "load"]


def is_iceberg(table: dict[str, Any]) -> bool:
    """Whether a Glue table is a pointer to Iceberg metadata."""
    return str((table.get("Parameters") or {}).get("table_type", "")).lower() == ICEBERG_TYPE


class _GlueClient:
    """As much of boto3's Glue client as GlueCatalog calls."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.exceptions = _Exceptions()

    def _call(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._store.glue(action, **request)
        except GlueError as error:
            kind = getattr(self.exceptions, error.code, None)
            if kind is None:
                raise
            raise kind(str(error)) from error

    def get_table(self, **request: Any) -> dict[str, Any]:
        """GetTable."""
        return self._call("GetTable", request)

    def get_database(self, **request: Any) -> dict[str, Any]:
        """GetDatabase."""
        return self._call("GetDatabase", request)

    def create_table(self, **request: Any) -> dict[str, Any]:
        """CreateTable."""
        return self._call("CreateTable", request)

    def update_table(self, **request: Any) -> dict[str, Any]:
        """UpdateTable, refused when VersionId is not the current one."""
        return self._call("UpdateTable", request)

    def delete_table(self, **request: Any) -> dict[str, Any]:
        """DeleteTable."""
        return self._call("DeleteTable", request)


class _Exceptions:
    class EntityNotFoundException(Exception):
        """No such database or table."""

    class AlreadyExistsException(Exception):
        """The table is there already."""

    class ConcurrentModificationException(Exception):
        """Another writer updated the table first."""


class StoreInput(InputFile):
    """An object read whole: metadata and manifests are small."""

    def __init__(self, location: str, store: Store) -> None:
        super().__init__(location)
        self._store = store

    def __len__(self) -> int:
        size = self._store.size(self.location)
        if size is None:
            raise ObjectMissing(self.location)
        return size

    def exists(self) -> bool:
        """Whether the object is there."""
        return self._store.size(self.location) is not None

    def open(self, seekable: bool = True) -> InputStream:
        """A stream over the object's bytes."""
        import io

        return io.BytesIO(self._store.read(self.location))


class StoreOutput(OutputFile):
    """An object written when its stream closes."""

    def __init__(self, location: str, store: Store) -> None:
        super().__init__(location)
        self._store = store

    def __len__(self) -> int:
        return len(self.to_input_file())

    def exists(self) -> bool:
        """Whether the object is there."""
        return self._store.size(self.location) is not None

    def to_input_file(self) -> StoreInput:
        """The same object, to read."""
        return StoreInput(self.location, self._store)

    def create(self, overwrite: bool = False) -> OutputStream:
        """A stream that becomes the object."""
        if not overwrite and self.exists():
            raise FileExistsError(self.location)
        return _Upload(self.location, self._store)


class _Upload:
    def __init__(self, location: str, store: Store) -> None:
        self._location, self._store, self._parts = location, store, bytearray()

    def write(self, b: bytes) -> int:
        self._parts += b
        return len(b)

    def tell(self) -> int:
        return len(self._parts)

    def flush(self) -> None: ...

    def close(self) -> None:
        if self._location:
            self._store.write(self._location, bytes(self._parts))
            self._location = ""

    def __enter__(self) -> "_Upload":
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        if kind is None:
            self.close()


class StoreIO(FileIO):
    """pyiceberg's file access over a Store; the store is chosen by the catalog's properties."""

    def __init__(self, properties: dict[str, str] | None = None) -> None:
        super().__init__(properties or {})
        self._store = Store(self.properties["store.account"], self.properties["store.region"])

    def new_input(self, location: str) -> StoreInput:
        """An object to read."""
        return StoreInput(location, self._store)

    def new_output(self, location: str) -> StoreOutput:
        """An object to write."""
        return StoreOutput(location, self._store)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        """Remove an object."""
        self._store.delete(location if isinstance(location, str) else location.location)


class _Catalog(GlueCatalog):
    """Reads a metadata file once: it is never written again, and long histories take their time."""

    def __init__(self, store: Store, properties: dict[str, str]) -> None:
        super().__init__("awsdatacatalog", client=_GlueClient(store), **properties)  # type: ignore[arg-type]
        self._store = store
        self._metadata = lru_cache(maxsize=64)(self._read)

    def _read(self, location: str) -> TableMetadata:
        return FromInputFile.table_metadata(StoreInput(location, self._store))

    def _convert_glue_to_iceberg(self, glue_table: Any) -> Table:
        location = str(glue_table["Parameters"].get(METADATA_LOCATION, ""))
        if not is_iceberg(glue_table) or self._store.size(location) is None:
            return super()._convert_glue_to_iceberg(glue_table)  # which says what is wrong
        return Table(
            (glue_table["DatabaseName"], glue_table["Name"]),
            self._metadata(location),
            location,
            self._load_file_io(location=location),
            self,
        )


@lru_cache(maxsize=16)
def catalog(store: Store) -> GlueCatalog:
    """The account's Glue catalog."""
    properties = {
        "py-io-impl": f"{StoreIO.__module__}.{StoreIO.__name__}",
        "store.account": store.account,
        "store.region": store.region,
    }
    return _Catalog(store, properties)


def load(store: Store, database: str, name: str) -> Table:
    """The table at the pointer Glue holds now."""
    return catalog(store).load_table((database, name))
