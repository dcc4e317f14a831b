-- Hash values in what is left of customers without a name: md5, sha1 and sha256 in hexadecimal, the first of each column.
-- A name that is itself a hash value is no name. "whole" tells that the column holds nothing else; a mail domain may follow.
-- order: 10
-- kind: table
WITH nameless AS (
    SELECT DISTINCT
        coalesce(phone, '') || '|' || coalesce(mobile, '') || '|' || coalesce(email, '') || '|' || coalesce("name", '') || '|' || coalesce(notes, '') AS remains,
        phone,
        mobile,
        email,
        "name",
        notes
    FROM export_crm_customer
    WHERE anonymised_at IS NOT NULL OR "name" IS NULL OR regexp_matches(lower("name"), '^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$')
),
held AS (
    SELECT remains, 'phone' AS held_in, lower(phone) AS held FROM nameless
    UNION ALL
    SELECT remains, 'mobile' AS held_in, lower(mobile) AS held FROM nameless
    UNION ALL
    SELECT remains, 'email' AS held_in, lower(email) AS held FROM nameless
    UNION ALL
    SELECT remains, 'name' AS held_in, lower("name") AS held FROM nameless
    UNION ALL
    SELECT remains, 'notes' AS held_in, lower(notes) AS held FROM nameless
)
SELECT
    remains,
    held_in,
    regexp_extract(held, '(^|[^0-9a-f])([0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})([^0-9a-f]|$)', 2) AS "hash",
    regexp_matches(held, '^([0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(@.*)?$') AS whole
FROM held
WHERE regexp_matches(held, '(^|[^0-9a-f])([0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})([^0-9a-f]|$)')
