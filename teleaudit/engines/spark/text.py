"""The text files of an export on Spark: cut into blocks, surveyed until every block begins where
the one before it ended, and made rows of the working copy.
"""

from __future__ import annotations

import functools
import operator
import pickle
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 (its name everywhere)
from pyspark.sql.types import StructType

from teleaudit.engines.spark.blocks import (
    BLOCK,
    Key,
    Plan,
    Start,
    Survey,
    Surveyed,
    TextFile,
    convert_blocks,
    merged_proof,
    survey_blocks,
)
from teleaudit.engines.spark.files import FoundFile, changed
from teleaudit.errors import ExportError
from teleaudit.exports.dates import is_swappable
from teleaudit.exports.evidence import NO_DATES, DateEvidence, DecimalEvidence
from teleaudit.exports.opened import damaged_header
from teleaudit.exports.relations import FileRelation
from teleaudit.readers import dialects
from teleaudit.readers.delimited import LINE, DamagedHeaderError, DelimitedText, without_first
from teleaudit.readers.encodings import SINGLE_BYTE, EncodingProof, likely_encoding
from teleaudit.readers.formats.jsonl import OTHER_KEYS
from teleaudit.readers.headers import clean_name
from teleaudit.readers.keyed_records import refuse_values_as_keys
from teleaudit.readers.opening import Recognised, with_encoding
from teleaudit.readers.records import RecordSplitter, transcoded
from teleaudit.readers.rejects import KEPT, Rejections
from teleaudit.rules.audit_file import ExportSpec
from teleaudit.schema import TABLES, Kind

_MARK = b"\xef\xbb\xbf"
_OF_LINES = {"csv", "asterisk", "jsonl"}
# in these a byte 10 is a line feed, whatever stands before it
_SPLITTABLE = {"utf-8", "ascii", *SINGLE_BYTE}


@dataclass(frozen=True, kw_only=True)
class TextSource:
    """A text file that was found and recognised."""

    id: int  # Spark's hash of its path, by which the executors know it
    found: FoundFile
    head: bytes
    recognised: Recognised
    file: TextFile
    letters_in_header: int = 0  # Danish ones
    withheld: int = 0  # headers that are not shown

    @property
    def expressions(self) -> tuple[str, ...]:
        """The SQL of each column of the header."""
        return tuple(f"c{place}" for place in range(len(self.file.header)))


def text_source(
    number: int,
    found: FoundFile,
    head: bytes,
    recognised: Recognised,
    spec: ExportSpec,
    *,
    export: str,
) -> TextSource | None:
    """The file as the executors read it; none when it cannot be cut into blocks.

    Raises: ExportError for its header.
    """
    is_whole = found.size_bytes <= len(head)
    if (
        recognised.encoding not in _SPLITTABLE
        or recognised.format not in _OF_LINES
        or (not is_whole and b"\n" not in head)
    ):
        return None
    mapped, numbers = _wanted(spec, recognised)
    file = TextFile(
        shown=found.shown,
        encoding=recognised.encoding,
        dialect=recognised.dialect,
        decimal=spec.decimal or ".",
        mark=_MARK if head.startswith(_MARK) else b"",
        dates=mapped,
        numbers=numbers,
    )
    if recognised.dialect is None:
        return TextSource(id=number, found=found, head=head, recognised=recognised, file=file)
    content = DelimitedText(
        dialect=recognised.dialect,
        shown=found.shown,
        rejections=Rejections(file=found.shown),
        proof=EncodingProof(encoding=recognised.encoding),
    )
    try:
        heading = _take_heading(
            content, head if is_whole else head[: head.rfind(b"\n") + 1], to_the_end=is_whole
        )
    except DamagedHeaderError as error:
        raise damaged_header(error, head, recognised, export=export) from None
    if not content.header and not is_whole:
        return None
    return TextSource(
        id=number,
        found=found,
        head=head,
        recognised=recognised,
        file=replace(file, header=content.header, heading=heading),
        letters_in_header=content.proof.danish_letters,
        withheld=content.withheld,
    )


def _take_heading(content: DelimitedText, head: bytes, *, to_the_end: bool) -> int:
    """Takes the header out of the first bytes of the file.

    The answer: how many records stand above the first row.
    """
    splitter = RecordSplitter(delimiter=content.dialect.delimiter.encode())
    heading, separator_line = 0, content.dialect.has_separator_line
    for block in splitter.split(
        transcoded([head], content.dialect.encoding), to_the_end=to_the_end
    ):
        rest, separator_line = (without_first(block), False) if separator_line else (block, False)
        below = content.take_header(rest)
        heading += len(block.starts) - len(below.starts)
        if content.header:
            break
    return heading


def _wanted(spec: ExportSpec, recognised: Recognised) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The headers whose values have to prove how dates, and how numbers, are written, if they stand
    in the file.
    """
    table = TABLES[spec.table]
    is_asterisk = recognised.format == "asterisk"
    named = spec.columns or (
        {name: name for name in table.names}
        | (dict(dialects.ASTERISK_MAPPING) if is_asterisk else {})
    )
    columns = {
        table.column(name): clean_name(header)
        for name, header in named.items()
        if name in table.names
    }
    declared = {
        column: (
            spec.column_dates.get(column.name)
            or spec.dates
            or ("yyyy-mm-dd" if is_asterisk else None)
        )
        for column in columns
    }
    dated = [
        header
        for column, header in columns.items()
        if column.kind in {Kind.DATE, Kind.TIMESTAMP}
        and ((form := declared[column]) is None or is_swappable(form))
    ]
    numbers = [
        header
        for column, header in columns.items()
        if column.kind in {Kind.INTEGER, Kind.DECIMAL} and spec.decimal is None
    ]
    return tuple(dict.fromkeys(dated)), tuple(dict.fromkeys(numbers))


@dataclass(kw_only=True)
class TextFiles:
    """All text files of an export, on Spark."""

    session: SparkSession
    spec: ExportSpec
    export: str
    sources: dict[str, TextSource]  # by the name that is shown
    # by file and place in it
    _surveys: dict[int, dict[int, Survey]] = field(default_factory=lambda: defaultdict(dict))

    def survey(self) -> None:
        """Looks at every block, until each is known to begin where the one before it ends."""
        if self.sources:
            self._survey(list(self.sources.values()))

    def relation_of(self, shown: str) -> FileRelation:
        """What the survey of one file came to, not yet hashed.

        Raises: ExportError when reading it would be a guess.
        """
        source = self.sources[shown]
        proof = self._proof(source)
        if source.recognised.encoding_is_sniffed and proof.is_not_utf8:
            source = self._read_as_windows(source)
            proof = self._proof(source)
        self._refuse_unread(source)
        proof.check(
            shown=shown,
            export=self.export,
            sniffed=source.recognised.encoding_is_sniffed,
            likely=likely_encoding(source.head),
        )
        surveys = self._of(source)
        return FileRelation(
            shown=shown,
            recognised=source.recognised,
            header=source.file.header,
            withheld=source.withheld or int(OTHER_KEYS in source.file.header),
            relation=BLOCK,
            expressions=source.expressions,
            types=("VARCHAR",) * len(source.file.header),
            line=LINE,
            rows=sum(survey.rows for survey in surveys),
            rejections=self._rejections(source),
            size_bytes=source.found.size_bytes,
        )

    def dates(self, shown: str, expressions: Sequence[str]) -> list[DateEvidence]:
        """How the dates of these columns are written."""
        headers = self._headers(shown, expressions)
        source = self.sources[shown]
        if not set(headers) <= set(source.file.dates):
            self._survey_again(replace(source, file=replace(source.file, dates=tuple(headers))))
        surveys = self._of(source)
        return [
            functools.reduce(
                operator.add,
                (survey.dates[header] for survey in surveys if header in survey.dates),
                NO_DATES,
            )
            for header in headers
        ]

    def numbers(self, shown: str, expressions: Sequence[str]) -> list[DecimalEvidence]:
        """How the numbers of these columns are written."""
        surveys = self._of(self.sources[shown])
        return [
            sum(
                (survey.numbers[header] for survey in surveys if header in survey.numbers),
                DecimalEvidence(),
            )
            for header in self._headers(shown, expressions)
        ]

    def _headers(self, shown: str, expressions: Sequence[str]) -> list[str]:
        source = self.sources[shown]
        return [
            source.file.header[source.expressions.index(expression)] for expression in expressions
        ]

    def rows(
        self, plans: Mapping[str, Plan], schema: pa.Schema, spark_schema: StructType
    ) -> DataFrame:
        """The rows of the working copy; made when they are asked for."""
        files = {source.id: (source.file, plans[shown]) for shown, source in self.sources.items()}
        blocks = {
            survey.key: Surveyed(start=survey.start, line=line, crc=survey.crc)
            for source in self.sources.values()
            for survey, line in zip(self._of(source), self._first_lines(source), strict=True)
        }
        return self._lines.mapInArrow(
            functools.partial(convert_blocks, files=files, blocks=blocks, schema=schema),
            spark_schema,
        )

    @functools.cached_property
    def _lines(self) -> DataFrame:
        """Every line with its line feed, its file and its block.

        All files are always read together: where Spark cuts them depends on how much it reads.
        """
        options = {
            "lineSep": "\n",
            "__globPaths__": "false",
            "ignoreCorruptFiles": "false",
            "ignoreMissingFiles": "false",
        }
        lines = self.session.read.options(**options).text(
            [source.found.url for source in self.sources.values()]
        )
        text, file = (
            F.concat("value", F.lit("\n")).cast("binary"),
            F.xxhash64("_metadata.file_path"),
        )
        return lines.select(
            text.alias("text"),
            file.alias("file"),
            F.col("_metadata.file_block_start").alias("start"),
        )

    def _survey(self, sources: Sequence[TextSource]) -> None:
        """Takes the survey of these files."""
        self._look(
            sources,
            {},
            (
                None
                if len(sources) == len(self.sources)
                else F.col("file").isin([source.id for source in sources])
            ),
        )
        while astray := {
            key: start for source in sources for key, start in self._astray(source).items()
        }:
            places = defaultdict(list)
            for file, place in astray:
                places[file].append(place)
            wanted = [
                (F.col("file") == file) & F.col("start").isin(starts)
                for file, starts in places.items()
            ]
            self._look(sources, astray, functools.reduce(operator.or_, wanted))
        for source in sources:
            self._take_keys(source)

    def _look(
        self, sources: Sequence[TextSource], starts: Mapping[Key, Start], only: Column | None
    ) -> None:
        lines = self._lines
        if only is not None:
            # What is wanted must not reach Spark's reader: it would read fewer files and cut them
            # elsewhere. A column that is not a pure function of its row holds it back.
            lines = lines.withColumn("partition", F.spark_partition_id()).where(only)
        look = functools.partial(
            survey_blocks, files={source.id: source.file for source in sources}, starts=starts
        )
        for row in lines.mapInArrow(look, "survey binary").collect():
            # our own executors wrote it
            survey: Survey = pickle.loads(bytes(row.survey))  # noqa: S301
            file, place = survey.key
            self._surveys[file][place] = survey

    def _astray(self, source: TextSource) -> dict[Key, Start]:
        """The blocks that were looked at with another beginning than the block before them leaves,
        or without knowing that they are the last.
        """
        surveys, found = self._of(source), {}
        expected = Start(heading=source.file.heading)
        for survey in surveys:
            is_last = survey is surveys[-1] and (survey.start.is_last or bool(survey.left))
            if survey.start != replace(expected, is_last=is_last):
                found[survey.key] = replace(expected, is_last=is_last)
            expected = survey.follows()
        return found

    def _survey_again(self, source: TextSource) -> None:
        self.sources[source.found.shown] = source
        self._surveys.pop(source.id)
        self._survey([source])

    def _read_as_windows(self, source: TextSource) -> TextSource:
        """The file in the encoding that is tried when it is not UTF-8. Raises: ExportError."""
        again = text_source(
            source.id,
            source.found,
            source.head,
            with_encoding(source.recognised, "cp1252"),
            self.spec,
            export=self.export,
        )
        if again is None:
            msg = (
                f"{source.found.shown} has no header that ends within its first"
                f" {len(source.head):,} bytes. Is it delimited text?"
            )
            raise ExportError(msg)
        self._survey_again(again)
        return self.sources[source.found.shown]

    def _take_keys(self, source: TextSource) -> None:
        """The header of JSON lines: every key, in the order of the file."""
        if source.file.dialect is None:
            keys = tuple(dict.fromkeys(key for survey in self._of(source) for key in survey.header))
            self.sources[source.found.shown] = replace(
                source, file=replace(source.file, header=keys)
            )

    def _refuse_unread(self, source: TextSource) -> None:
        """Raises: ExportError for what a block refused, and when the blocks are not the
        whole file.
        """
        surveys, file = self._of(source), source.file
        refusal = next((survey.refusal for survey in surveys if survey.refusal), None)
        if refusal is not None:
            raise ExportError(refusal)
        if file.dialect is None:
            refuse_values_as_keys(
                len(file.header),
                sum(survey.values for survey in surveys),
                sum(survey.rows for survey in surveys),
                file.shown,
            )
        read = sum(survey.size_bytes for survey in surveys) + (len(file.mark) if surveys else 0)
        if read - source.found.size_bytes not in {0, 1}:  # the last line may have no line feed
            raise changed(file.shown)

    def _of(self, source: TextSource) -> list[Survey]:
        return [survey for _, survey in sorted(self._surveys[source.id].items())]

    def _first_lines(self, source: TextSource) -> list[int]:
        """The line of the file on which each block, with what came before it, begins."""
        lines = [1]
        for survey in self._of(source)[:-1]:
            lines.append(lines[-1] + survey.lines)
        return lines[: len(self._surveys[source.id])]

    def _proof(self, source: TextSource) -> EncodingProof:
        proof = merged_proof(source.file.encoding, self._of(source), self._first_lines(source))
        proof.danish_letters += source.letters_in_header
        return proof

    def _rejections(self, source: TextSource) -> Rejections:
        surveys, shown = self._of(source), source.found.shown
        placed = [
            replace(reject, line=first + reject.line - 1)
            for survey, first in zip(surveys, self._first_lines(source), strict=True)
            for reject in survey.rejects
        ]
        rejections = Rejections(
            file=shown,
            kept=placed[:KEPT],
            reasons=sum((survey.reasons for survey in surveys), Counter()),
        )
        if placed:
            rejections.last = placed[-1]
            last_line = self._first_lines(source)[-1] + surveys[-1].lines - 1
            # Spark ends every line
            is_whole = (
                sum(survey.size_bytes for survey in surveys) + len(source.file.mark)
                == source.found.size_bytes
            )
            rejections.note_end(
                ends_with_break=is_whole,
                last_line=last_line,
                records=sum(survey.rows for survey in surveys),
            )
        return rejections
