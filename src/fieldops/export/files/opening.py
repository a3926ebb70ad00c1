"""Opening a file of each format; what is heavy to import is imported when it is wanted."""

from pathlib import Path

from fieldops.export.files.csvfile import CsvFile
from fieldops.export.files.jsonlines import JsonLinesFile
from fieldops.export.files.sheet import Sheet
from fieldops.export.wanted import Format
from fieldops.model.dataset import Dataset


def open_sheet(path: Path, dataset: Dataset, format_: Format, bom: bool = False) -> Sheet:
    """A new file for the rows of a dataset."""
    if format_ == "csv":
        return CsvFile(path, dataset, bom)
    if format_ == "jsonl":
        return JsonLinesFile(path, dataset)
    if format_ == "parquet":
        from fieldops.export.files.parquetfile import ParquetFile

        return ParquetFile(path, dataset)
    from fieldops.export.files.xlsxfile import XlsxFile

    return XlsxFile(path, dataset)
