-- Customers under a legal hold in force on the date of the audit, with a reason and an approval. An expired, unapproved
-- or unexplained hold suspends nothing, and neither does one whose end cannot be read: a hold is dated.
-- order: 10
-- kind: table
SELECT DISTINCT customer_id
FROM export_legal_hold
WHERE
    customer_id IS NOT NULL
    AND "start" <= $as_of
    AND ("end" IS NULL OR "end" >= $as_of)
    AND NOT coalesce(regexp_matches(_issues, '(^|;)end=(unreadable|zero)'), false)
    AND reason IS NOT NULL
    AND approved_by IS NOT NULL
