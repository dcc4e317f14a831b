"""The tables of accountability: consents, requests, disclosures, access, deletion, and what else an
operator may keep a register of.

Not every operator keeps each of them; a check that needs one that was not handed in answers
``unknown`` and names it.
"""

from __future__ import annotations

from teleaudit.schema.columns import Table, boolean, date, decimal, free_text, integer, text, time

REGISTERS = (
    Table(
        name="quote",
        title_da="Tilbud",
        title_en="Quotes",
        key=("quote_id",),
        columns=(
            text("quote_id", required=True),
            text("customer_id", required=True),
            date("created_at", required=True),
            text("status"),
            date("valid_until"),
        ),
    ),
    Table(
        name="number_assignment",
        title_da="Nummertildelinger",
        title_en="Number assignments",
        key=("number", "valid_from"),
        columns=(
            text("number", required=True),
            text("number_type"),  # fastnet, mobil, ip, m2m, service
            text("customer_id", required=True),
            text("subscription_id"),
            date("valid_from", required=True),
            date("valid_to", open_end=True),
            boolean("is_main"),
            text("secrecy"),  # ingen, udeladt, hemmelig
            date("ported_out_at"),
            date("quarantine_until"),  # the day through which the number rests after its assignment
        ),
    ),
    Table(
        name="ledger",
        title_da="Finansposter",
        title_en="Ledger entries",
        key=("entry_id",),
        columns=(
            text("entry_id", required=True),
            text("customer_id"),
            text("invoice_id"),
            text("legal_entity"),
            date("posting_date", required=True),
            date("due_date"),
            date("reminded_at"),
            date("paid_at"),
            text("account"),  # debitor, and others that are no customer's
            decimal("amount"),
            decimal("debit"),
            decimal("credit"),
            text("voucher_no"),
            free_text("text"),
        ),
    ),
    Table(
        name="consent",
        title_da="Samtykker og frameldinger",
        title_en="Consents and opt-outs",
        key=("consent_id",),
        columns=(
            text("consent_id", required=True),
            text("customer_id", required=True),
            text("purpose", required=True),  # markedsføring, driftsinfo, ekstra_oplysninger, 118
            text("channel", always_filled=True),
            text("address", always_filled=True),
            text("text_version"),
            time("given_at", required=True),
            time("withdrawn_at", open_end=True),
            text("source"),
            text("evidence_ref"),
        ),
    ),
    Table(
        name="service_send",
        title_da="Serviceudsendelser",
        title_en="Service messages sent",
        key=("send_id",),
        columns=(
            text("send_id", required=True),
            text("customer_id", required=True),
            # vilkårsændring, driftsinfo, opfølgning, politikændring, faktura, sikkerhed
            text("type", required=True),
            text("channel"),
            text("address"),
            text("template_id"),
            free_text("template_text"),
            time("sent_at", required=True),
            text("status"),  # leveret, afvist
            text("policy_version_id"),
        ),
    ),
    Table(
        name="marketing_send",
        title_da="Markedsføringsudsendelser",
        title_en="Marketing messages sent",
        key=("send_id",),
        columns=(
            text("send_id", required=True),
            text("customer_id", required=True),
            text("channel", required=True),
            text("address", required=True),
            text("campaign"),
            time("sent_at", required=True),
            text("status"),
            text("basis"),  # samtykke, 10_2
        ),
    ),
    Table(
        name="policy_version",
        title_da="Versioner af politikken",
        title_en="Versions of the policy",
        key=("policy_version_id",),
        columns=(
            text("policy_version_id", required=True),
            date("valid_from", required=True),
            boolean("material"),
        ),
    ),
    Table(
        name="dsar",
        title_da="Anmodninger fra registrerede",
        title_en="Requests from data subjects",
        key=("dsar_id",),
        columns=(
            text("dsar_id", required=True),
            text("customer_id", required=True),
            # indsigt, berigtigelse, sletning, begrænsning, portabilitet, indsigelse
            text("type", required=True),
            date("received_at", required=True),
            date("id_requested_at"),
            date("id_received_at"),
            date("extended_at"),
            text("extension_reason"),
            date("closed_at", required=True),
            text("outcome"),  # imødekommet, delvist, afslag
            text("refusal_reason"),
            boolean("complaint_guidance"),
            text("format"),
            date("executed_at"),
            date("recipients_notified_at"),
            text("systems_answered"),
        ),
    ),
    Table(
        name="recipient_register",
        title_da="Register over modtagere",
        title_en="Register of recipients",
        key=("recipient_id",),
        columns=(
            text("recipient_id", required=True),
            text("name"),
            text("recipient_type"),
            text("role", required=True),  # databehandler, selvstændig
            text("agreement_ref"),
            date("valid_from"),
            date("valid_to", open_end=True),
            text("allowed_categories"),  # joined by ;
            text("country"),
            text("transfer_basis"),
            date("deletion_confirmed_at"),
        ),
    ),
    Table(
        name="disclosure",
        title_da="Videregivelser",
        title_en="Disclosures",
        key=("disclosure_id",),
        columns=(
            text("disclosure_id", required=True),
            text("recipient_id", required=True),
            # netværksejer, logistik, sms-partner, inkasso, faktureringspartner, myndighed,
            # audience, andet
            text("recipient_type", required=True),
            text("purpose", required=True),
            text("data_categories", required=True),  # joined by ;
            text("customer_id"),
            text("number"),
            time("at", required=True),
            text("legal_basis"),
            text("title_type"),  # kendelse, edition, 804b, sikringspålæg, samtykke, nødsituation
            text("title_ref"),
            date("title_date"),
            date("scope_from"),
            date("scope_to"),
            date("data_from"),
            date("data_to"),
            boolean("hashed"),
            decimal("consideration"),
        ),
    ),
    Table(
        name="directory_118",
        title_da="Leverancer til nummeroplysningen",
        title_en="Deliveries to directory enquiries",
        key=("delivery_id",),
        columns=(
            text("delivery_id", required=True),
            text("number", required=True),
            text("number_type"),
            text("secrecy"),
            text("action", required=True),  # ny, ændr, slet
            time("delivered_at", required=True),
            text("recipient"),
            text("customer_id"),
        ),
    ),
    Table(
        name="porting",
        title_da="Nummerporteringer",
        title_en="Number portings",
        key=("porting_id",),
        columns=(
            text("porting_id", required=True),
            text("number", required=True),
            text("direction", required=True),  # ind, ud
            text("customer_id"),
            date("requested_at"),
            date("ported_at", required=True),
            text("authority_ref"),
            date("authority_signed_at"),
            text("status"),
        ),
    ),
    Table(
        name="supplier_order",
        title_da="Leverandørordrer",
        title_en="Supplier orders",
        key=("order_id",),
        columns=(
            text("order_id", required=True),
            text("customer_id"),
            text("supplier"),
            text("kind"),  # bestilling, forsendelse
            date("sent_at", required=True),
            text("fields", required=True),  # names of what was passed on, joined by ;
        ),
    ),
    Table(
        name="interconnect",
        title_da="Samtrafik- og roamingposter",
        title_en="Interconnection and roaming records",
        key=("record_id",),
        columns=(
            text("record_id", required=True),
            text("partner"),
            text("a_number", always_filled=True),
            text("b_number", always_filled=True),
            time("start_at", required=True),
            integer("duration_s"),
            decimal("amount"),
        ),
    ),
    Table(
        name="ip_session",
        title_da="Internetsessioner",
        title_en="Internet sessions",
        key=("session_id",),
        columns=(
            text("session_id", required=True),
            text("customer_id"),
            text("username"),
            text("assigned_ip"),
            time("start_at", required=True),
            time("stop_at", open_end=True),
            integer("bytes_in"),
            integer("bytes_out"),
            text("invoice_id"),
        ),
    ),
    Table(
        name="access_log",
        title_da="Adgangslog",
        title_en="Access log",
        columns=(
            time("at", required=True),
            text("user_id", required=True),
            text("action", required=True),  # opslag, ændring, eksport, sletning
            text("object_type"),
            text("object_id"),
            text("system"),
            text("source_ip"),
            text("ticket_id"),
            integer("row_count"),
        ),
    ),
    Table(
        name="staff_roster",
        title_da="Medarbejdere og roller",
        title_en="Staff and roles",
        key=("user_id", "valid_from"),
        columns=(
            text("user_id", required=True),
            text("role", required=True),
            date("valid_from", required=True),
            date("valid_to", open_end=True),
            boolean("shared_account"),
            boolean("may_export"),
            date("trained_at"),
        ),
    ),
    Table(
        name="recording_index",
        title_da="Indeks over optagelser",
        title_en="Index of recordings",
        key=("rec_id",),
        columns=(
            text("rec_id", required=True),
            time("started_at", required=True),
            text("number"),
            text("customer_id", required=True),
            text("direction"),
            text("path"),
            text("purpose"),
            text("agreement_id"),
            date("deleted_at"),
        ),
    ),
    Table(
        name="deletion_log",
        title_da="Slettelog",
        title_en="Deletion log",
        key=("entry_id",),
        columns=(
            text("entry_id", required=True),
            text("job"),
            time("executed_at", required=True),
            text("object_type", required=True),  # a canonical table
            text("object_key", required=True),
            text("rule_id"),
            date("due_date"),
            text("actor_type"),  # job, person
            text("status"),  # ok, fejl
        ),
    ),
    Table(
        name="tombstone",
        title_da="Register over ophørte kunder",
        title_en="Register of former customers",
        key=("customer_id",),
        columns=(
            text("customer_id", required=True),
            date("end_date", required=True),
        ),
    ),
    Table(
        name="processing_register",
        title_da="Fortegnelse over behandlingsaktiviteter",
        title_en="Record of processing activities",
        key=("activity_id",),
        columns=(
            text("activity_id", required=True),
            text("purpose", required=True),
            text("data_category"),  # the table of ours that holds such records
            text("legal_basis", required=True),  # 6_1_a ... 6_1_f
            text("lia_ref"),
            date("lia_date"),
            text("retention"),
        ),
    ),
    Table(
        name="breach_register",
        title_da="Register over sikkerhedsbrud",
        title_en="Register of personal data breaches",
        key=("breach_id",),
        columns=(
            text("breach_id", required=True),
            text("kind", required=True),  # tjeneste (of the public service), øvrigt
            time("discovered_at", required=True),
            time("notified_at"),
            text("risk"),  # ingen, risiko, høj
            time("persons_informed_at"),
            text("decision"),
        ),
    ),
    Table(
        name="system_inventory",
        title_da="Systemoversigt",
        title_en="Inventory of systems",
        key=("system_id",),
        columns=(
            text("system_id", required=True),
            text("name"),
            boolean("personal_data"),
            text("export_name"),
            text("erasure_rule"),
            boolean("test_system"),
        ),
    ),
    Table(
        name="backup_register",
        title_da="Register over sikkerhedskopier",
        title_en="Register of backups",
        key=("backup_id",),
        columns=(
            text("backup_id", required=True),
            text("system_id"),
            date("oldest_restore_point", required=True),
            integer("rotation_days"),
            date("restored_at"),
            date("deletions_rerun_at"),
        ),
    ),
)
