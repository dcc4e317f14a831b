-- One row per send, disclosure and erasure of a customer whose processing is or was restricted: did it fall into the
-- restriction? The first day is restricted, the day of lifting no more. A disclosure under a title of law is allowed.
-- A customer who stands in CRM twice is restricted from the first start to the last end.
-- An erasure under a key that cannot be compared may be anyone's: where anyone is restricted, it cannot be judged.
-- order: 30
-- kind: view
-- of: crm_customer
-- key: processing, record
-- sent_while_restricted requires crm_customer.customer_id, crm_customer.restricted_from, crm_customer.restricted_to, marketing_send.customer_id, marketing_send.sent_at
-- disclosed_while_restricted requires crm_customer.customer_id, crm_customer.restricted_from, crm_customer.restricted_to, disclosure.customer_id, disclosure.at
-- erased_while_restricted requires crm_customer.customer_id, crm_customer.restricted_from, crm_customer.restricted_to, deletion_log.object_key, deletion_log.executed_at
-- erased_while_restricted doubts deletion_log.status, deletion_log.object_type where word_unknown
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
    SELECT 'marketing_send' AS processing, send_id AS record, customer_id, CAST(sent_at AS DATE) AS day, false AS exempt_legal_title, false AS word_unknown, false AS key_unknown, _file, _line, _issues
    FROM export_marketing_send
    UNION ALL
    SELECT 'disclosure' AS processing, disclosure_id AS record, customer_id, CAST("at" AS DATE) AS day, title_ref IS NOT NULL AS exempt_legal_title, false AS word_unknown, false AS key_unknown, _file, _line, _issues
    FROM export_disclosure
    UNION ALL
    SELECT
        'deletion_log' AS processing,
        l.entry_id AS record,
        coalesce(k.found_key, l.object_key) AS customer_id,
        CAST(l.executed_at AS DATE) AS day,
        false AS exempt_legal_title,
        coalesce(regexp_matches(l._issues, '(^|;)(status|object_type)=unknown_word'), false) AS word_unknown,
        coalesce(l.object_type = 'crm_customer' AND NOT k.is_comparable, false) AS key_unknown,
        l._file,
        l._line,
        l._issues
    FROM export_deletion_log AS l
    LEFT JOIN logged_key AS k ON l.object_type = k.object_type AND l.object_key = k.object_key
    WHERE coalesce(lower(trim(l.status)), 'ok') <> 'fejl' -- what failed erased nothing
),
judged AS (
    SELECT e.*, r.restricted_from, r.restricted_to, r.restriction_unreadable, e.day >= r.restricted_from AND (r.restricted_to IS NULL OR e.day < r.restricted_to) AS inside
    FROM event AS e
    INNER JOIN restriction AS r ON e.customer_id = r.customer_id
    UNION ALL
    SELECT e.*, CAST(NULL AS DATE) AS restricted_from, CAST(NULL AS DATE) AS restricted_to, false AS restriction_unreadable, CAST(NULL AS BOOLEAN) AS inside
    FROM event AS e
    WHERE e.key_unknown AND EXISTS (SELECT 1 FROM restriction)
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
    word_unknown,
    key_unknown,
    inside AS sent_while_restricted,
    inside AS disclosed_while_restricted,
    inside AS erased_while_restricted,
    exempt_legal_title
FROM judged
