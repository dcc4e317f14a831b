-- Disclosures with what the register says of their recipient, with what kinds of data they carry, and, where a debt was passed on,
-- with whether the customer owed anything that day. The categories of a disclosure, and those a recipient may have, are names
-- joined by semicolons: ``names`` and ``allowed`` are they in small letters, without spaces around them or empty ones between them.
-- A recipient that stands in the register twice is taken once (expect_unique_key finds it).
-- order: 30
-- kind: view
-- day requires disclosure.at
-- names requires disclosure.data_categories
-- recipient_known requires disclosure.recipient_id, recipient_register.recipient_id
-- recipient_role requires disclosure.recipient_id, recipient_register.recipient_id, recipient_register.role
-- agreement_state requires disclosure.recipient_id, disclosure.at, recipient_register.recipient_id, recipient_register.agreement_ref, recipient_register.valid_from, recipient_register.valid_to
-- allowed requires disclosure.recipient_id, recipient_register.recipient_id, recipient_register.allowed_categories
-- goes_further requires disclosure.recipient_id, disclosure.data_categories, recipient_register.recipient_id, recipient_register.allowed_categories
-- country requires disclosure.recipient_id, recipient_register.recipient_id, recipient_register.country
-- in_eea requires disclosure.recipient_id, recipient_register.recipient_id, recipient_register.country
-- transfer_basis requires disclosure.recipient_id, recipient_register.recipient_id, recipient_register.transfer_basis
-- to_authority requires disclosure.recipient_type
-- for_billing requires disclosure.recipient_type
-- for_collection requires disclosure.recipient_type, disclosure.purpose
-- shows_browsing requires disclosure.data_categories
-- shows_teledata requires disclosure.data_categories
-- needs_order requires disclosure.data_categories
-- only_identifies requires disclosure.data_categories
-- title requires disclosure.title_type
-- debt requires disclosure.customer_id, disclosure.at, disclosure.recipient_type, disclosure.purpose
-- debt requires one of ledger_open_items, ledger_balances, invoices_and_payments
-- recipient_role doubts recipient_register.role where role_unknown
-- in_eea doubts recipient_register.country where country_unknown
WITH written AS (
    SELECT
        recipient_id,
        lower(trim(role)) AS role,
        coalesce(regexp_matches(_issues, '(^|;)role=unknown_word'), false) AS role_unknown,
        agreement_ref,
        valid_from,
        valid_to,
        coalesce(regexp_matches(_issues, '(^|;)valid_to=(unreadable|zero)'), false) AS end_unreadable,
        regexp_replace(regexp_replace(lower(allowed_categories), '\s*;[;\s]*', ';', 'g'), '^[;\s]+|[;\s]+$', '', 'g') AS allowed,
        country,
        coalesce(regexp_matches(_issues, '(^|;)country=unknown_word'), false) AS country_unknown,
        nullif(trim(transfer_basis), '') AS transfer_basis
    FROM export_recipient_register
    WHERE recipient_id IS NOT NULL
),
register AS (
    SELECT
        recipient_id,
        min(role) AS role,
        bool_or(role_unknown) AS role_unknown,
        min(agreement_ref) AS agreement_ref,
        min(valid_from) AS valid_from,
        CASE WHEN count(valid_to) = count(*) THEN max(valid_to) END AS valid_to,
        bool_or(end_unreadable) AS end_unreadable,
        min(nullif(allowed, '')) AS allowed,
        min(nullif(country, '')) AS country,
        bool_or(country_unknown) AS country_unknown,
        min(transfer_basis) AS transfer_basis
    FROM written
    GROUP BY recipient_id
),
told AS (
    SELECT
        *,
        CAST("at" AS DATE) AS day,
        nullif(regexp_replace(regexp_replace(lower(data_categories), '\s*;[;\s]*', ';', 'g'), '^[;\s]+|[;\s]+$', '', 'g'), '') AS names,
        coalesce(lower(trim(recipient_type)) = 'myndighed', false) AS to_authority,
        coalesce(lower(trim(recipient_type)) = 'faktureringspartner', false) AS for_billing,
        coalesce(lower(trim(recipient_type)) = 'inkasso' OR lower(trim(purpose)) = 'inkasso', false) AS for_collection
    FROM export_disclosure
)
SELECT
    t.*,
    r.recipient_id IS NOT NULL AS recipient_known,
    r.role AS recipient_role,
    coalesce(r.role_unknown, false) AS role_unknown,
    CASE
        WHEN r.recipient_id IS NULL THEN NULL
        WHEN r.agreement_ref IS NULL THEN 'none'
        WHEN t.day < r.valid_from OR (t.day > r.valid_to AND NOT r.end_unreadable) THEN 'outside'
        WHEN r.valid_from IS NULL OR r.end_unreadable THEN 'undated'
        ELSE 'in_force'
    END AS agreement_state,
    r.allowed,
    -- what is left when every allowed name is taken away; each separator stands twice, so that no two names share one
    regexp_replace(';' || replace(t.names, ';', ';;') || ';', ';(\Q' || replace(replace(r.allowed, '\', ''), ';', '\E|\Q') || '\E);', '', 'g') <> '' AS goes_further,
    r.country,
    coalesce(r.country_unknown, false) AS country_unknown,
    r.country IN (
        'EU', 'AT', 'BE', 'BG', 'HR', 'CY', 'CZ', 'DK', 'EE', 'FI', 'FR', 'DE', 'GR', 'HU', 'IE', 'IT', 'LV', 'LT', 'LU', 'MT', 'NL', 'PL', 'PT', 'RO', 'SK', 'SI', 'ES', 'SE', 'IS', 'LI', 'NO'
    ) AS in_eea,
    r.transfer_basis,
    regexp_matches(';' || t.names || ';', ';(internetadfærd|internettrafik|browserhistorik|browsing|besøgte hjemmesider|domæner);') AS shows_browsing,
    regexp_matches(';' || t.names || ';', ';(teledata|teleoplysninger|trafikdata|opkaldsdetaljer|opkaldsspecifikation|b-numre|cdr);') AS shows_teledata,
    regexp_matches(
        ';' || t.names || ';',
        ';(teledata|teleoplysninger|trafikdata|opkaldsdetaljer|opkaldsspecifikation|b-numre|cdr|lokalisering|lokaliseringsdata|position|mastedata|internetadfærd|internettrafik|browserhistorik|browsing|besøgte hjemmesider|domæner|beskedindhold|indhold);'
    ) AS needs_order,
    regexp_matches(t.names, '^(navn|adresse|telefon|nummer|e-mail|email|kundenr|cvr|cpr|ip-adresse|imsi|imei|iccid|stamdata)(;(navn|adresse|telefon|nummer|e-mail|email|kundenr|cvr|cpr|ip-adresse|imsi|imei|iccid|stamdata))*$') AS only_identifies,
    CASE
        WHEN t.title_type = 'kendelse' THEN 'order'
        WHEN t.title_type = '804b' THEN '804b'
        WHEN t.title_type = 'sikringspålæg' THEN 'preservation'
        WHEN t.title_type = 'målrettet pålæg' THEN 'secret'
        WHEN t.title_type IN ('samtykke', 'nødsituation') THEN 'consent_or_emergency'
        WHEN trim(t.title_type) <> '' THEN 'other'
    END AS title,
    coalesce(d.says, 'nothing') AS debt -- of the customer on the day: owed, nothing, undated or doubt; of other disclosures nothing
-- the debts first: DuckDB 1.x cannot bind some queries in which it leaves out a join between others
FROM told AS t
LEFT JOIN collection_debt AS d ON t.customer_id = d.customer_id AND t.day = d.day
LEFT JOIN register AS r ON t.recipient_id = r.recipient_id
