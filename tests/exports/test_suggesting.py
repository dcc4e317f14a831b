"""Which table and which columns headers are taken for, as text tables: a header line, the table,
and header -> canonical column.
"""

from __future__ import annotations

import pytest

from teleaudit.exports.suggesting import Look, fits_unfilled, suggest_mapping, suggest_table
from teleaudit.rules.audit_file import Audit, ExportSpec, load_audit
from teleaudit.schema import TABLES
from teleaudit.workspace import package_workspace

CASES = """
Kundenummer;Navn;Ophørt den;Oprettet den;Saldo (DKK);E-mail
  crm_customer customer_id=Kundenummer name=Navn end_date=Ophørt den created_at=Oprettet den open_balance=Saldo (DKK) email=E-mail
Debitornr.;Firmanavn;Ophør;Registreret
  crm_customer customer_id=Debitornr. name=Firmanavn end_date=Ophør created_at=Registreret
Nr.;Navn;Adresse;Postnr.;By;CVR-nr.;Kundegruppe
  crm_customer customer_id=Nr. name=Navn address=Adresse postcode=Postnr. city=By cvr=CVR-nr. customer_type=Kundegruppe
Record ID;First Name;Last Name;Email;Phone Number;Create Date;Lifecycle Stage
  crm_customer customer_id=Record ID name=Last Name email=Email phone=Phone Number created_at=Create Date status=Lifecycle Stage
Ticket ID;Ticket name;Ticket description;Create date;Source
  crm_interaction interaction_id=Ticket ID subject=Ticket name body=Ticket description at=Create date channel=Source
Aftalenummer;Kundenr;Aftaletype;Underskrevet den;OPHOERT_DEN
  agreement agreement_id=Aftalenummer customer_id=Kundenr type=Aftaletype signed_at=Underskrevet den ended_at=OPHOERT_DEN
Fakturanummer;Kundenr;Fakturadato;Forfald;I alt inkl. moms
  invoice invoice_no=Fakturanummer customer_id=Kundenr issue_date=Fakturadato due_date=Forfald gross=I alt inkl. moms
Starttid;Varighed (sek);A-nr;B-nr;Kundenr.;Stelnummer
  cdr start_at=Starttid duration_s=Varighed (sek) a_number=A-nr b_number=B-nr customer_id=Kundenr.
CALLER;CALLEE;STARTDATE;ENDDATE;STATUS
  cdr a_number=CALLER b_number=CALLEE start_at=STARTDATE end_at=ENDDATE
A Number;B Number;Start Time;INBOUND_OUTBOUND_IND;CALL_TYPE
  cdr a_number=A Number b_number=B Number start_at=Start Time direction=INBOUND_OUTBOUND_IND record_type=CALL_TYPE
calling_number;called_number;startDate;duration
  cdr a_number=calling_number b_number=called_number start_at=startDate duration_s=duration
globalCallID_callId;dateTimeOrigination;callingPartyNumber;originalCalledPartyNumber;finalCalledPartyNumber;dateTimeConnect;dateTimeDisconnect;pkid
  cdr start_at=dateTimeOrigination a_number=callingPartyNumber b_number=finalCalledPartyNumber answer_at=dateTimeConnect end_at=dateTimeDisconnect call_id=pkid
calldate;clid;src;dst;dcontext;channel;lastapp;lastdata;duration;billsec;disposition;accountcode;uniqueid;recordingfile;cnum;linkedid
  cdr start_at=calldate a_number=src b_number=dst duration_s=duration billsec=billsec customer_id=accountcode call_id=uniqueid recording_path=recordingfile
Call Time;Caller ID;Destination;Trunk;Status;Ringing;Talking;Total Duration;Call Type;Transcription
  cdr start_at=Call Time a_number=Caller ID destination=Destination duration_s=Talking record_type=Call Type
Call Start;Connected Time;Ring Time;Caller;Direction;Called Number;Dialled Number;Call ID
  cdr start_at=Call Start duration_s=Connected Time a_number=Caller direction=Direction b_number=Called Number call_id=Call ID
caller_id_name;caller_id_number;destination_number;context;start_stamp;answer_stamp;end_stamp;duration;billsec;uuid;bleg_uuid
  cdr a_number=caller_id_number b_number=destination_number start_at=start_stamp answer_at=answer_stamp end_at=end_stamp duration_s=duration billsec=billsec call_id=uuid
id;start_time;end_time;duration;src_user;src_domain;dst_ouser;dst_user
  cdr call_id=id start_at=start_time end_at=end_time duration_s=duration a_number=src_user b_number=dst_user
CGRID;RunID;ToR;OriginID;Account;Destination;SetupTime;AnswerTime;Usage;Cost
  cdr call_id=CGRID record_type=ToR customer_id=Account destination=Destination start_at=SetupTime answer_at=AnswerTime rated_amount=Cost
Dato;Tid;Fra nummer;Til nummer;Type;Land/zone;Varighed (hh:mm:ss);Data (MB);Beløb ekskl. moms
  cdr start_at=Dato a_number=Fra nummer b_number=Til nummer record_type=Type destination=Land/zone duration_s=Varighed (hh:mm:ss) rated_amount=Beløb ekskl. moms
servedMSISDN;callingNumber;calledNumber;seizureTime;releaseTime;callDuration
  cdr a_number=callingNumber b_number=calledNumber start_at=seizureTime end_at=releaseTime duration_s=callDuration
radacctid;acctsessionid;acctuniqueid;username;nasipaddress;acctstarttime;acctstoptime;acctinputoctets;acctoutputoctets;callingstationid;framedipaddress
  ip_session session_id=acctuniqueid username=username start_at=acctstarttime stop_at=acctstoptime bytes_in=acctinputoctets bytes_out=acctoutputoctets assigned_ip=framedipaddress
MSISDN;Kundenr;Tildelt den;Nummertype
  number_assignment number=MSISDN customer_id=Kundenr valid_from=Tildelt den number_type=Nummertype
Kundenr;Ophørsdato;Intern note
  tombstone customer_id=Kundenr end_date=Ophørsdato
besked_id;sendt;afsender;modtager;tekst;status;dele
  cdr call_id=besked_id start_at=sendt a_number=afsender b_number=modtager
id;created;from;to;body;direction
  cdr call_id=id start_at=created a_number=from b_number=to direction=direction
"""


def cases() -> list[tuple[str, str, dict[str, str]]]:
    lines = CASES.strip().splitlines()
    return [
        (header, *mapped(answer)) for header, answer in zip(lines[::2], lines[1::2], strict=True)
    ]


def mapped(answer: str) -> tuple[str, dict[str, str]]:
    table, _, pairs = answer.strip().partition(" ")
    parts = pairs.split("=")
    columns = [parts[0], *(part.rpartition(" ")[2] for part in parts[1:-1])]
    headers = [*(part.rpartition(" ")[0] for part in parts[1:-1]), parts[-1]]
    return table, dict(zip(columns, headers, strict=True))


@pytest.mark.parametrize(("line", "table", "columns"), cases())
def test_headers_are_known(line: str, table: str, columns: dict[str, str]) -> None:
    header = line.split(";")
    ranking = suggest_table(header)
    assert ranking.table is not None
    assert (ranking.table.name, ranking.alike) == (table, ())
    suggestion = suggest_mapping(header, None, ranking.table)
    assert (dict(suggestion.columns), dict(suggestion.ties)) == (columns, {})


def exports_of_the_samples() -> list[tuple[str, str]]:
    return [
        (operator, name)
        for operator in ("bizzy", "kazoom")
        for name, spec in sample(operator).exports.items()
        if spec.format != "asterisk"
    ]


def sample(operator: str) -> Audit:
    return load_audit(package_workspace() / "audits" / operator)


def header_of(audit: Audit, spec: ExportSpec) -> list[str]:
    """The first line of the first file; of workbooks and typed files, the headers that
    are mapped.
    """
    if spec.format != "csv":
        return list(spec.columns.values())
    file = min((audit.path.parent / audit.exports_root).glob(spec.files))
    return file.read_text(encoding=spec.encoding).splitlines()[0].split(spec.delimiter)


@pytest.mark.parametrize(("operator", "name"), exports_of_the_samples())
def test_every_export_of_both_samples_is_proposed_as_their_audits_map_it(
    operator: str, name: str
) -> None:
    audit = sample(operator)
    spec = audit.exports[name]
    header = header_of(audit, spec)
    ranking = suggest_table(header)
    assert ranking.table is TABLES[spec.table]
    assert dict(suggest_mapping(header, None, ranking.table).columns) == spec.columns


@pytest.mark.parametrize("line", ["Station;Temperatur", "Stelnummer;Mærke;Farve", "kaffe;te;vand"])
def test_headers_that_name_nothing_are_no_table(line: str) -> None:
    assert suggest_table(line.split(";")).table is None


# Ties


def ties(line: str, table: str, looks: dict[str, Look] | None = None) -> dict[str, tuple[str, ...]]:
    return dict(suggest_mapping(line.split(";"), looks, TABLES[table]).ties)


def test_two_words_of_a_column_are_a_tie_and_the_column_is_left_out() -> None:
    suggestion = suggest_mapping(
        ["Kundenr", "Ophørsdato", "Slutdato"], None, TABLES["crm_customer"]
    )
    assert dict(suggestion.ties) == {"end_date": ("Ophørsdato", "Slutdato")}
    assert dict(suggestion.columns) == {"customer_id": "Kundenr"}
    assert suggestion.missing_needed == (("created_at", None),)


def test_two_spellings_of_one_word_are_a_tie() -> None:
    assert ties("Kundenr;Kunde nr.", "crm_customer") == {"customer_id": ("Kundenr", "Kunde nr.")}


def test_looks_tell_headers_apart() -> None:
    assert (
        ties(
            "Betalt;Indbetalt",
            "payment",
            {"Betalt": Look(kind="text"), "Indbetalt": Look(kind="date")},
        )
        == {}
    )


def test_an_end_that_is_empty_may_be_the_one_that_is_meant() -> None:
    looks = {"Ophørsdato": Look(kind="empty", empty=1), "Slutdato": Look(kind="date")}
    assert ties("Ophørsdato;Slutdato", "crm_customer", looks) == {
        "end_date": ("Ophørsdato", "Slutdato")
    }


def test_a_key_is_the_one_that_is_unique() -> None:
    looks = {
        "Kundenr": Look(kind="whole number"),
        "Debitornr": Look(kind="whole number", is_unique=True),
    }
    assert dict(suggest_mapping(list(looks), looks, TABLES["crm_customer"]).columns) == {
        "customer_id": "Debitornr"
    }
    assert ties("Kundenr;Debitornr", "invoice", looks) == {"customer_id": ("Kundenr", "Debitornr")}


def test_a_canonical_name_is_no_tie() -> None:
    assert ties("end_date;Slutdato", "crm_customer") == {}


def test_two_nearly_fitting_headers_are_a_tie() -> None:
    looks = {"Kundens ophørsdato": Look(kind="date"), "Kundeforhold ophørsdato": Look(kind="date")}
    assert ties(";".join(looks), "crm_customer", looks) == {"end_date": tuple(looks)}


# Nearly


@pytest.mark.parametrize(
    ("header", "kind", "column"),
    [
        ("Kundens ophørsdato", "date", "end_date"),
        ("Ophørsdatto", "date", "end_date"),
        ("Kundens ophørsdato", "text", None),  # does not look the part
        ("Aftalens ophørsdato", "date", None),  # of something else
        ("Seneste ændring", "date", None),
        ("Kundenumer", "whole number", "customer_id"),
        ("Kundetyper", "text", "customer_type"),
    ],
)
def test_a_header_that_is_nearly_a_word_is_taken_where_its_values_look_the_part(
    header: str, kind: str, column: str | None
) -> None:
    columns = suggest_mapping([header], {header: Look(kind=kind)}, TABLES["crm_customer"]).columns
    assert dict(columns) == ({column: header} if column else {})


@pytest.mark.parametrize(
    ("line", "kinds", "missing"),
    [
        (
            "Kundenr;Oprettet;Ophørsårsag;Sidste kontakt",
            ("whole number", "date", "text", "date"),
            {"end_date": "Sidste kontakt"},
        ),
        (
            "Kundenr;Oprettet;Ophørsårsag;Ophører måske",
            ("whole number", "date", "text", "date"),
            {"end_date": "Ophører måske"},
        ),
        # dates nobody can read yet
        (
            "Kundenr;Oprettet;Ophører måske",
            ("whole number", "date", "text"),
            {"end_date": "Ophører måske"},
        ),
        ("Kundenr;Oprettet;Fødselsdag", ("whole number", "date", "date"), {"end_date": None}),
        # two that may be it
        (
            "Kundenr;Oprettet;Set;Rettet",
            ("whole number", "date", "date", "date"),
            {"end_date": None},
        ),
    ],
)
def test_what_is_needed_and_not_found_comes_with_the_nearest_header(
    line: str, kinds: tuple[str, ...], missing: dict[str, str | None]
) -> None:
    header = line.split(";")
    looks = {name: Look(kind=kind) for name, kind in zip(header, kinds, strict=True)}
    assert dict(suggest_mapping(header, looks, TABLES["crm_customer"]).missing_needed) == missing


def test_an_invoices_number_is_its_id_where_it_is_unique() -> None:
    header = ["Fakturanr", "Kundenr", "Fakturadato"]
    unique, double = (
        {"Fakturanr": Look(kind="whole number", is_unique=is_unique)} for is_unique in (True, False)
    )
    assert suggest_mapping(header, unique, TABLES["invoice"]).columns["invoice_id"] == "Fakturanr"
    assert suggest_mapping(header, double, TABLES["invoice"]).missing_needed == (
        ("invoice_id", None),
    )


# Which table


def test_tables_that_fit_alike_are_said() -> None:
    ranking = suggest_table(["Postid", "Start", "Varighed", "A-nummer", "B-nummer"])
    assert (ranking.table, ranking.alike) == (TABLES["cdr"], (TABLES["interconnect"],))


def test_values_that_look_like_something_else_make_a_word_worth_less() -> None:
    header = ["Nummer", "Kundenr", "Retning", "Dato"]
    looks = {"Nummer": Look(kind="date")}
    assert [suggest_table(header, kinds).table for kinds in ({}, looks)] == [
        TABLES["recording_index"],
        TABLES["cdr"],
    ]


def test_the_ends_of_a_period_are_no_sender_and_recipient() -> None:
    header = ["Fra", "Til", "Besked"]
    assert suggest_table(header).message_headers == ("Fra", "Til", "Besked")
    assert (
        suggest_table(header, {"Fra": Look(kind="date"), "Til": Look(kind="date")}).message_headers
        is None
    )


@pytest.mark.parametrize(
    "line", ["Sagsnr;Kundenr;Dato;Afsender;Modtager;Tekst", "Kundenr;Sendt;Fra;Til;Besked"]
)
def test_messages_of_a_case_or_a_customer_may_be_either(line: str) -> None:
    ranking = suggest_table(line.split(";"))
    assert {table.name for table in (ranking.table, *ranking.alike) if table} == {
        "crm_interaction",
        "cdr",
    }
    assert ranking.message_headers is not None


def test_mail_is_not_taken_for_teledata_without_saying_so() -> None:
    looks = {"from": Look(kind="e-mail"), "to": Look(kind="e-mail")}
    ranking = suggest_table(["id", "date", "from", "to", "body"], looks)
    assert {table.name for table in (ranking.table, *ranking.alike) if table} == {
        "crm_interaction",
        "cdr",
    }


def test_texts_that_a_detector_found_count_under_any_name() -> None:
    header = ["sendt", "afsender", "modtager", "f7"]
    assert suggest_table(header).message_headers is None
    assert suggest_table(header, None, ["f7"]).message_headers == ("afsender", "modtager", "f7")


# Headers that nobody mapped


@pytest.mark.parametrize(
    ("header", "table", "unfilled", "looks_like", "column"),
    [
        ("Ophørt den", "crm_customer", {"end_date"}, None, "end_date"),
        ("Starttid", "cdr", {"start_at"}, None, "start_at"),
        ("Varighed (sek)", "cdr", {"duration_s"}, None, "duration_s"),
        ("Fakturanummer", "invoice", {"invoice_no"}, None, "invoice_no"),
        ("Faktureret på", "invoice", {"issue_date", "due_date"}, None, "issue_date"),
        ("Fakt.", "cdr", {"invoice_id"}, None, "invoice_id"),
        ("Sluttede", "subscription", {"end_date"}, None, "end_date"),
        ("Varighedskode", "cdr", {"duration_s"}, None, "duration_s"),
        ("Ophørt den", "crm_customer", {"created_at"}, None, None),  # another column's word
        ("Ophørt den", "crm_customer", set(), "date", None),
        # looks like the dates of a needed column
        ("Rettet", "crm_customer", {"end_date", "start_date"}, "date", "end_date"),
        ("Rettet", "crm_customer", {"start_date"}, "date", None),  # not needed
        ("Rettet", "crm_customer", {"end_date"}, "text", None),
        ("Hobby", "crm_customer", {"name", "customer_id"}, "text", None),
        ("Skonummer", "crm_customer", {"customer_id"}, "whole number", None),
        ("Køn", "crm_customer", {"gender", "end_date"}, None, None),
        ("gender", "crm_customer", {"gender"}, None, None),
        ("CPR-nr.", "crm_customer", {"customer_id", "end_date"}, "whole number", None),
        ("Fødselsdato", "crm_customer", {"end_date", "birth_date"}, "date", None),
        ("IMEI", "cdr", {"call_id", "start_at"}, "whole number", None),
        ("start_lat", "cdr", {"start_at"}, "number", None),
        ("Kortreference", "payment", {"card_masked", "psp_reference"}, None, None),
        ("CVV", "payment", {"payment_id"}, None, None),
        ("Start PIN", "cdr", {"start_at"}, "time", None),
        ("Url", "recording_index", {"started_at"}, "time", None),
        ("Sms-tekst", "cdr", {"sms_count", "start_at"}, None, None),
        ("E-mail", "crm_customer", {"email"}, None, "email"),
        ("E-mail opsagt", "crm_customer", {"end_date"}, None, None),
        ("Kort (maskeret)", "payment", {"card_masked"}, None, "card_masked"),
    ],
)
def test_an_unmapped_header_that_may_be_an_unfilled_column_is_known(
    header: str, table: str, unfilled: set[str], looks_like: str | None, column: str | None
) -> None:
    assert (
        fits_unfilled(header, table=TABLES[table], unfilled=unfilled, looks_like=looks_like)
        == column
    )


def test_the_answer_does_not_hang_on_the_order_of_the_unfilled() -> None:
    unfilled = ["due_date", "issue_date", "period_to"]
    assert {
        fits_unfilled(
            "Dato for faktura", table=TABLES["invoice"], unfilled=order, looks_like="date"
        )
        for order in (unfilled, unfilled[::-1])
    } == {"issue_date"}


def test_the_one_column_of_dates_is_the_date_that_the_table_needs() -> None:
    only = {"Lagt i kø": Look(kind="time"), "Afsender": Look(kind="whole number")}
    several = only | {"Hentet": Look(kind="time")}

    assert suggest_mapping(tuple(only), only, TABLES["cdr"]).columns["start_at"] == "Lagt i kø"
    assert "start_at" not in suggest_mapping(tuple(several), several, TABLES["cdr"]).columns
    # which needs two
    assert (
        "end_date"
        not in suggest_mapping(
            ("Rettet",), {"Rettet": Look(kind="date")}, TABLES["crm_customer"]
        ).columns
    )
