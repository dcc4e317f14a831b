-- Customers who were ever given a quote, and until when the latest stands: its own last day, or a year where it names none.
-- order: 10
-- kind: table
SELECT
    customer_id,
    max(CASE WHEN coalesce(lower(trim(status)), '') NOT IN ('afslået', 'afvist', 'udløbet', 'annulleret', 'declined', 'rejected', 'expired') THEN coalesce(valid_until, CAST(created_at + INTERVAL '1' YEAR AS DATE)) END) AS open_until
FROM export_quote
WHERE customer_id IS NOT NULL
GROUP BY customer_id
