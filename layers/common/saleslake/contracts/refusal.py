"""Why a file was refused whole, in the terms of whoever sent it."""

from pydantic import BaseModel, ConfigDict


class FileRefusal(BaseModel):
    """One reason to refuse a file: what is wrong, where it shows first, and what would be right."""

    model_config = ConfigDict(frozen=True)

    code: str
    message: str
    column: str | None = None
    line: int | None = None
    value: str | None = None
    expected: str | None = None
    suggestion: str | None = None
    """What was probably meant."""

    def __str__(self) -> str:
        where = "".join(
            f", {label} {text!r}" if label != "line" else f", line {text}"
            for label, text in (("column", self.column), ("line", self.line), ("value", self.value))
            if text is not None
        )
        expected = f"; expected {self.expected}" if self.expected else ""
        suggestion = f"; is it {self.suggestion!r}?" if self.suggestion else ""
        return f"{self.message}{where}{expected}{suggestion}"


class FileUnreadable(Exception):
    """A file cannot be read as rows; carries the refusal."""

    def __init__(self, refusal: FileRefusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
