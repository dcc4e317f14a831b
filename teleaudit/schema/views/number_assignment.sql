-- Assignments of numbers to customers: whether another customer had the number at the same time, and until when it had to rest after
-- the one who had it before.
-- order: 30
-- kind: view
-- overlaps_another requires number_assignment.number, number_assignment.customer_id, number_assignment.valid_from, number_assignment.valid_to
-- quarantined_until requires number_assignment.number, number_assignment.customer_id, number_assignment.valid_from, number_assignment.quarantine_until
SELECT
    t.*,
    s."number" IS NOT NULL AS overlaps_another,
    q.quarantined_until
FROM export_number_assignment AS t
LEFT JOIN shared_number AS s ON t."number" = s."number" AND t.customer_id = s.customer_id AND t.valid_from = s.valid_from
LEFT JOIN rested_number AS q
    ON
        t.customer_id = q.customer_id AND t.valid_from = q.valid_from
        AND CASE WHEN regexp_matches(regexp_replace(t."number", '[^0-9]', '', 'g'), '^(00)?45[0-9]{8}$') THEN right(regexp_replace(t."number", '[^0-9]', '', 'g'), 8) ELSE regexp_replace(t."number", '[^0-9]', '', 'g') END = q.phone
