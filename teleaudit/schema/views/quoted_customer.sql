-- Customers who were ever given a quote, and until when the latest stands: its own last day, or a year where it names none.
-- Undated: one that was not declined has no date that can be read, so that nobody knows whether it stands.
-- order: 10
-- kind: table
SELECT
    customer_id,
    max(CASE WHEN NOT is_over THEN stands_until END) AS open_until,
    bool_or(NOT is_over AND stands_until IS NULL) AS undated
FROM
    (
        SELECT
            customer_id,
            coalesce(valid_until, CAST(created_at + INTERVAL '1' YEAR AS DATE)) AS stands_until,
            coalesce(lower(trim(status)), '') IN ('afslået', 'afvist', 'udløbet', 'annulleret', 'declined', 'rejected', 'expired') AS is_over
        FROM export_quote
        WHERE customer_id IS NOT NULL
    ) AS offer
GROUP BY customer_id
