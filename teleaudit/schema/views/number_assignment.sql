-- Assignments of numbers to customers, and whether another customer had the number at the same time.
-- order: 30
-- kind: view
-- overlaps_another requires number_assignment.number, number_assignment.customer_id, number_assignment.valid_from, number_assignment.valid_to
SELECT
    t.*,
    s."number" IS NOT NULL AS overlaps_another
FROM export_number_assignment AS t
LEFT JOIN shared_number AS s ON t."number" = s."number" AND t.customer_id = s.customer_id AND t.valid_from = s.valid_from
