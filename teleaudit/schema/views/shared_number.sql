-- Assignments of a number that overlap with another customer's. The day on which an assignment ends may be the day on which
-- the next one begins. An end that cannot be read overlaps with nothing.
-- order: 10
-- kind: table
WITH assignment AS (
    SELECT "number", customer_id, valid_from, coalesce(valid_to, DATE '9999-12-31') AS valid_to
    FROM export_number_assignment
    WHERE
        "number" IS NOT NULL AND customer_id IS NOT NULL AND valid_from IS NOT NULL
        AND NOT coalesce(regexp_matches(_issues, '(^|;)valid_to=(unreadable|zero)'), false)
)
SELECT DISTINCT one."number", one.customer_id, one.valid_from
FROM assignment AS one
INNER JOIN assignment AS other ON one."number" = other."number"
WHERE one.customer_id <> other.customer_id AND one.valid_from < other.valid_to AND other.valid_from < one.valid_to
