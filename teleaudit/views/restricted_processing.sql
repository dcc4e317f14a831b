-- One row per send, disclosure and erasure of a customer whose processing is or was restricted: did it fall into the
-- restriction? The first day is restricted, the day of lifting no more. A disclosure under a title of law is allowed.
-- A customer who stands in CRM twice is restricted from the first start to the last end.
-- order: 30
-- kind: view
-- of: crm_customer
-- key: processing, record
-- sent_while_restricted requires crm_customer.customer_id, crm_customer.restricted_from, crm_customer.restricted_to, marketing_send.customer_id, marketing_send.sent_at
-- disclosed_while_restricted requires crm_customer.customer_id, crm_customer.restricted_from, crm_customer.restricted_to, disclosure.customer_id, disclosure.at
-- erased_while_restricted requires crm_customer.customer_id, crm_customer.restricted_from, crm_customer.restricted_to, deletion_log.object_key, deletion_log.executed_at
WITH restriction AS (
    SELECT
        customer_id,
        min(restricted_from) AS restricted_from,
        CASE WHEN count(*) = count(restricted_to) THEN max(restricted_to) END AS restricted_to,
        coalesce(bool_or(regexp_matches(_issues, '(^|;)restricted_(from|to)=(unreadable|zero)')), false) AS restriction_unreadable
    FROM export_crm_customer
    WHERE restricted_from IS NOT NULL OR regexp_matches(_issues, '(^|;)restricted_from=(unreadable|zero)')
    GROUP BY customer_id
),
event AS (
    SELECT 'marketing_send' AS processing, send_id AS record, customer_id, CAST(sent_at AS DATE) AS day, false AS exempt_legal_title, _file, _line, _issues
    FROM export_marketing_send
    UNION ALL
    SELECT 'disclosure' AS processing, disclosure_id AS record, customer_id, CAST("at" AS DATE) AS day, title_ref IS NOT NULL AS exempt_legal_title, _file, _line, _issues
    FROM export_disclosure
    UNION ALL
    SELECT 'deletion_log' AS processing, entry_id AS record, object_key AS customer_id, CAST(executed_at AS DATE) AS day, false AS exempt_legal_title, _file, _line, _issues
    FROM export_deletion_log
    WHERE coalesce(lower(trim(status)), 'ok') <> 'fejl' -- what failed erased nothing
),
judged AS (
    SELECT e.*, r.restricted_from, r.restricted_to, r.restriction_unreadable, e.day >= r.restricted_from AND (r.restricted_to IS NULL OR e.day < r.restricted_to) AS inside
    FROM event AS e
    INNER JOIN restriction AS r ON e.customer_id = r.customer_id
)
SELECT
    _file,
    _line,
    _issues,
    processing,
    record,
    customer_id,
    day,
    restricted_from,
    restricted_to,
    restriction_unreadable,
    inside AS sent_while_restricted,
    inside AS disclosed_while_restricted,
    inside AS erased_while_restricted,
    exempt_legal_title
FROM judged
