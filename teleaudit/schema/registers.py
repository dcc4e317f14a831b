"""The tables of accountability: consents, requests, disclosures, access, deletion, and what else an operator may keep a register of.

Not every operator keeps each of them; a check that needs one that was not handed in answers ``unknown`` and names it.
"""

from __future__ import annotations

from teleaudit.schema.columns import CUSTOMER_ID, Table, boolean, date, decimal, integer, text, time

REGISTERS = (
    Table(
        name="quote",
        title_da="Tilbud",
        key=("quote_id",),
        columns=(
            text("quote_id", "tilbudsnr", "quote_id", required=True),
            text("customer_id", *CUSTOMER_ID, required=True),
            date("created_at", "oprettet", "tilbudsdato", "created_at", required=True),
            text("status", "status"),
            date("valid_until", "gyldig til", "valid_until"),
        ),
    ),
    Table(
        name="number_assignment",
        title_da="Nummertildelinger",
        key=("number", "valid_from"),
        columns=(
            text("number", "telefonnr", "nummer", "msisdn", "number", required=True),
            text("number_type", "nummertype", "number_type"),  # fastnet, mobil, ip, m2m, service
            text("customer_id", *CUSTOMER_ID, required=True),
            text("subscription_id", "abonnementsnr", "subscription_id"),
            date("valid_from", "gyldig fra", "fra", "valid_from", required=True),
            date("valid_to", "gyldig til", "til", "valid_to", open_end=True),
            boolean("is_main", "hovednummer", "is_main"),
            text("secrecy", "hemmeligholdelse", "hemmeligt nr.", "secrecy"),  # ingen, udeladt, hemmelig
            date("ported_out_at", "porteret ud", "ported_out_at"),
        ),
    ),
    Table(
        name="ledger",
        title_da="Finansposter",
        key=("entry_id",),
        columns=(
            text("entry_id", "postnr", "løbenr", "entry_id", required=True),
            text("customer_id", *CUSTOMER_ID),
            text("invoice_id", "fakturaid", "invoice_id"),
            text("legal_entity", "selskab", "legal_entity"),
            date("posting_date", "bogføringsdato", "posting_date", required=True),
            date("due_date", "forfaldsdato", "due_date"),
            date("reminded_at", "rykket", "rykkerdato", "reminded_at"),
            date("paid_at", "betalt", "betalingsdato", "paid_at"),
            decimal("amount", "beløb", "amount"),
            text("voucher_no", "bilagsnr", "voucher_no"),
            text("text", "tekst", "text"),
        ),
    ),
    Table(
        name="consent",
        title_da="Samtykker og frameldinger",
        key=("consent_id",),
        columns=(
            text("consent_id", "samtykkeid", "consent_id", required=True),
            text("customer_id", *CUSTOMER_ID, required=True),
            text("purpose", "formål", "purpose", required=True),  # markedsføring, driftsinfo, ekstra_oplysninger, 118
            text("channel", "kanal", "channel"),
            text("address", "adresse", "address"),
            text("text_version", "tekstversion", "text_version"),
            time("given_at", "givet", "given_at", required=True),
            time("withdrawn_at", "tilbagekaldt", "withdrawn_at", open_end=True),
            text("source", "kilde", "source"),
            text("evidence_ref", "bevis", "evidence_ref"),
        ),
    ),
    Table(
        name="service_send",
        title_da="Serviceudsendelser",
        key=("send_id",),
        columns=(
            text("send_id", "udsendelsesid", "send_id", required=True),
            text("customer_id", *CUSTOMER_ID, required=True),
            text("type", "type", required=True),  # vilkårsændring, driftsinfo, opfølgning, politikændring, faktura, sikkerhed
            text("channel", "kanal", "channel"),
            text("address", "adresse", "address"),
            text("template_id", "skabelon", "template_id"),
            text("template_text", "skabelontekst", "template_text"),
            time("sent_at", "sendt", "sent_at", required=True),
            text("status", "status"),  # leveret, afvist
            text("policy_version_id", "politikversion", "policy_version_id"),
        ),
    ),
    Table(
        name="marketing_send",
        title_da="Markedsføringsudsendelser",
        key=("send_id",),
        columns=(
            text("send_id", "udsendelsesid", "send_id", required=True),
            text("customer_id", *CUSTOMER_ID, required=True),
            text("channel", "kanal", "channel", required=True),
            text("address", "adresse", "address", required=True),
            text("campaign", "kampagne", "campaign"),
            time("sent_at", "sendt", "sent_at", required=True),
            text("status", "status"),
            text("basis", "grundlag", "basis"),  # samtykke, 10_2
        ),
    ),
    Table(
        name="policy_version",
        title_da="Versioner af politikken",
        key=("policy_version_id",),
        columns=(
            text("policy_version_id", "politikversion", "policy_version_id", required=True),
            date("valid_from", "gyldig fra", "valid_from", required=True),
            boolean("material", "væsentlig", "material"),
        ),
    ),
    Table(
        name="dsar",
        title_da="Anmodninger fra registrerede",
        key=("dsar_id",),
        columns=(
            text("dsar_id", "anmodningsnr", "dsar_id", required=True),
            text("customer_id", *CUSTOMER_ID, required=True),
            text("type", "type", required=True),  # indsigt, berigtigelse, sletning, begrænsning, portabilitet, indsigelse
            date("received_at", "modtaget", "received_at", required=True),
            date("id_requested_at", "id udbedt", "id_requested_at"),
            date("id_received_at", "id modtaget", "id_received_at"),
            date("extended_at", "forlænget", "extended_at"),
            text("extension_reason", "forlængelsesgrund", "extension_reason"),
            date("closed_at", "afsluttet", "closed_at", required=True),
            text("outcome", "udfald", "outcome"),  # imødekommet, delvist, afslag
            text("refusal_reason", "afslagsgrund", "refusal_reason"),
            boolean("complaint_guidance", "klagevejledning", "complaint_guidance"),
            text("format", "format"),
            date("executed_at", "gennemført", "executed_at"),
            date("recipients_notified_at", "modtagere underrettet", "recipients_notified_at"),
            text("systems_answered", "systemer", "systems_answered"),
        ),
    ),
    Table(
        name="recipient_register",
        title_da="Register over modtagere",
        key=("recipient_id",),
        columns=(
            text("recipient_id", "modtagerid", "recipient_id", required=True),
            text("name", "navn", "name"),
            text("recipient_type", "modtagertype", "recipient_type"),
            text("role", "rolle", "role", required=True),  # databehandler, selvstændig
            text("agreement_ref", "aftale", "agreement_ref"),
            date("valid_from", "gyldig fra", "valid_from"),
            date("valid_to", "gyldig til", "valid_to", open_end=True),
            text("allowed_categories", "kategorier", "allowed_categories"),  # joined by ;
            text("country", "land", "country"),
            text("transfer_basis", "overførselsgrundlag", "transfer_basis"),
            date("deletion_confirmed_at", "sletning bekræftet", "deletion_confirmed_at"),
        ),
    ),
    Table(
        name="disclosure",
        title_da="Videregivelser",
        key=("disclosure_id",),
        columns=(
            text("disclosure_id", "videregivelsesnr", "disclosure_id", required=True),
            text("recipient_id", "modtagerid", "recipient_id", required=True),
            text(
                "recipient_type", "modtagertype", "recipient_type", required=True
            ),  # netværksejer, logistik, sms-partner, inkasso, faktureringspartner, myndighed, audience, andet
            text("purpose", "formål", "purpose", required=True),
            text("data_categories", "kategorier", "data_categories", required=True),  # joined by ;
            text("customer_id", *CUSTOMER_ID),
            text("number", "nummer", "number"),
            time("at", "tidspunkt", "at", required=True),
            text("legal_basis", "behandlingsgrundlag", "legal_basis"),
            text("title_type", "hjemmelstype", "title_type"),  # kendelse, edition, 804b, sikringspålæg
            text("title_ref", "hjemmel", "title_ref"),
            date("title_date", "hjemmelsdato", "title_date"),
            date("scope_from", "omfang fra", "scope_from"),
            date("scope_to", "omfang til", "scope_to"),
            date("data_from", "data fra", "data_from"),
            date("data_to", "data til", "data_to"),
            boolean("hashed", "hashet", "hashed"),
            decimal("consideration", "vederlag", "consideration"),
        ),
    ),
    Table(
        name="directory_118",
        title_da="Leverancer til nummeroplysningen",
        key=("delivery_id",),
        columns=(
            text("delivery_id", "leveranceid", "delivery_id", required=True),
            text("number", "nummer", "telefonnr", "number", required=True),
            text("number_type", "nummertype", "number_type"),
            text("secrecy", "hemmeligholdelse", "secrecy"),
            text("action", "handling", "action", required=True),  # ny, ændr, slet
            time("delivered_at", "leveret", "delivered_at", required=True),
            text("recipient", "modtager", "recipient"),
            text("customer_id", *CUSTOMER_ID),
        ),
    ),
    Table(
        name="porting",
        title_da="Nummerporteringer",
        key=("porting_id",),
        columns=(
            text("porting_id", "porteringsnr", "porting_id", required=True),
            text("number", "nummer", "number", required=True),
            text("direction", "retning", "direction", required=True),  # ind, ud
            text("customer_id", *CUSTOMER_ID),
            date("requested_at", "bestilt", "requested_at"),
            date("ported_at", "porteret", "ported_at", required=True),
            text("authority_ref", "fuldmagt", "authority_ref"),
            date("authority_signed_at", "fuldmagt underskrevet", "authority_signed_at"),
            text("status", "status"),
        ),
    ),
    Table(
        name="supplier_order",
        title_da="Leverandørordrer",
        key=("order_id",),
        columns=(
            text("order_id", "ordrenr", "order_id", required=True),
            text("customer_id", *CUSTOMER_ID),
            text("supplier", "leverandør", "supplier"),
            text("kind", "art", "kind"),  # bestilling, forsendelse
            date("sent_at", "sendt", "sent_at", required=True),
            text("fields", "felter", "fields", required=True),  # names of what was passed on, joined by ;
        ),
    ),
    Table(
        name="interconnect",
        title_da="Samtrafik- og roamingposter",
        key=("record_id",),
        columns=(
            text("record_id", "postid", "record_id", required=True),
            text("partner", "operatør", "partner"),
            text("a_number", "a-nummer", "a_number"),
            text("b_number", "b-nummer", "b_number"),
            time("start_at", "start", "start_at", required=True),
            integer("duration_s", "varighed", "duration_s"),
            decimal("amount", "beløb", "amount"),
        ),
    ),
    Table(
        name="ip_session",
        title_da="Internetsessioner",
        key=("session_id",),
        columns=(
            text("session_id", "sessionsid", "acctsessionid", "session_id", required=True),
            text("customer_id", *CUSTOMER_ID),
            text("username", "brugernavn", "username"),
            text("assigned_ip", "tildelt ip", "framedipaddress", "assigned_ip"),
            time("start_at", "start", "acctstarttime", "start_at", required=True),
            time("stop_at", "stop", "acctstoptime", "stop_at", open_end=True),
            integer("bytes_in", "bytes ind", "acctinputoctets", "bytes_in"),
            integer("bytes_out", "bytes ud", "acctoutputoctets", "bytes_out"),
            text("invoice_id", "fakturaid", "invoice_id"),
        ),
    ),
    Table(
        name="access_log",
        title_da="Adgangslog",
        columns=(
            time("at", "tidspunkt", "at", required=True),
            text("user_id", "bruger", "brugerid", "user_id", required=True),
            text("action", "handling", "action", required=True),  # opslag, ændring, eksport, sletning
            text("object_type", "objekttype", "object_type"),
            text("object_id", "objekt", "object_id"),
            text("system", "system"),
            text("source_ip", "ip-adresse", "source_ip"),
            text("ticket_id", "sagsnr", "ticket_id"),
            integer("row_count", "antal", "row_count"),
        ),
    ),
    Table(
        name="staff_roster",
        title_da="Medarbejdere og roller",
        key=("user_id", "valid_from"),
        columns=(
            text("user_id", "bruger", "brugerid", "user_id", required=True),
            text("role", "rolle", "role", required=True),
            date("valid_from", "gyldig fra", "valid_from", required=True),
            date("valid_to", "gyldig til", "valid_to", open_end=True),
            boolean("shared_account", "fælleskonto", "shared_account"),
            boolean("may_export", "må eksportere", "may_export"),
            date("trained_at", "uddannet", "trained_at"),
        ),
    ),
    Table(
        name="recording_index",
        title_da="Indeks over optagelser",
        key=("rec_id",),
        columns=(
            text("rec_id", "optagelsesid", "rec_id", required=True),
            time("started_at", "tidspunkt", "started_at", required=True),
            text("number", "nummer", "number"),
            text("customer_id", *CUSTOMER_ID, required=True),
            text("direction", "retning", "direction"),
            text("path", "placering", "path"),
            text("purpose", "formål", "purpose"),
            text("agreement_id", "aftalenr", "agreement_id"),
            date("deleted_at", "slettet", "deleted_at"),
        ),
    ),
    Table(
        name="deletion_log",
        title_da="Slettelog",
        key=("entry_id",),
        columns=(
            text("entry_id", "logid", "entry_id", required=True),
            text("job", "job"),
            time("executed_at", "udført", "executed_at", required=True),
            text("object_type", "objekttype", "object_type", required=True),  # a canonical table
            text("object_key", "objektnøgle", "object_key", required=True),
            text("rule_id", "regel", "rule_id"),
            date("due_date", "frist", "due_date"),
            text("actor_type", "udført af", "actor_type"),  # job, person
            text("status", "status"),  # ok, fejl
        ),
    ),
    Table(
        name="tombstone",
        title_da="Register over ophørte kunder",
        key=("customer_id",),
        columns=(
            text("customer_id", *CUSTOMER_ID, required=True),
            date("end_date", "ophørsdato", "end_date", required=True),
        ),
    ),
    Table(
        name="processing_register",
        title_da="Fortegnelse over behandlingsaktiviteter",
        key=("activity_id",),
        columns=(
            text("activity_id", "aktivitetsnr", "activity_id", required=True),
            text("purpose", "formål", "purpose", required=True),
            text("legal_basis", "behandlingsgrundlag", "legal_basis", required=True),  # 6_1_a ... 6_1_f
            text("lia_ref", "interesseafvejning", "lia_ref"),
            date("lia_date", "afvejet den", "lia_date"),
            text("retention", "slettefrist", "retention"),
        ),
    ),
    Table(
        name="breach_register",
        title_da="Register over sikkerhedsbrud",
        key=("breach_id",),
        columns=(
            text("breach_id", "brudnr", "breach_id", required=True),
            text("kind", "art", "kind", required=True),  # tjeneste (of the public service), øvrigt
            time("discovered_at", "opdaget", "discovered_at", required=True),
            time("notified_at", "anmeldt", "notified_at"),
            text("risk", "risiko", "risk"),  # ingen, risiko, høj
            time("persons_informed_at", "registrerede underrettet", "persons_informed_at"),
            text("decision", "begrundelse", "decision"),
        ),
    ),
    Table(
        name="system_inventory",
        title_da="Systemoversigt",
        key=("system_id",),
        columns=(
            text("system_id", "systemid", "system_id", required=True),
            text("name", "navn", "system", "name"),
            boolean("personal_data", "personoplysninger", "personal_data"),
            text("export_name", "udtræk", "export_name"),
            text("erasure_rule", "sletteregel", "erasure_rule"),
            boolean("test_system", "testsystem", "test_system"),
        ),
    ),
    Table(
        name="backup_register",
        title_da="Register over sikkerhedskopier",
        key=("backup_id",),
        columns=(
            text("backup_id", "kopiid", "backup_id", required=True),
            text("system_id", "systemid", "system_id"),
            date("oldest_restore_point", "ældste gendannelsespunkt", "oldest_restore_point", required=True),
            integer("rotation_days", "rotation i dage", "rotation_days"),
            date("restored_at", "gendannet", "restored_at"),
            date("deletions_rerun_at", "sletninger gentaget", "deletions_rerun_at"),
        ),
    ),
)
