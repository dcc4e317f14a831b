-- Assignments of a number that another customer had before, with the last day of the quarantine that the number then had to rest.
-- order: 20
-- kind: table
WITH assignment AS (
    SELECT
        customer_id,
        valid_from,
        quarantine_until,
        CASE WHEN regexp_matches(regexp_replace("number", '[^0-9]', '', 'g'), '^(00)?45[0-9]{8}$') THEN right(regexp_replace("number", '[^0-9]', '', 'g'), 8) ELSE regexp_replace("number", '[^0-9]', '', 'g') END AS phone
    FROM export_number_assignment
    WHERE "number" IS NOT NULL AND customer_id IS NOT NULL AND valid_from IS NOT NULL
)
SELECT one.phone, one.customer_id, one.valid_from, max(former.quarantine_until) AS quarantined_until
FROM assignment AS one
INNER JOIN assignment AS former ON one.phone = former.phone
WHERE one.customer_id <> former.customer_id AND former.valid_from < one.valid_from AND former.quarantine_until IS NOT NULL
GROUP BY one.phone, one.customer_id, one.valid_from
