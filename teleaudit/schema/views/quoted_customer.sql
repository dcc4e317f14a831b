-- Customers who were ever given a quote.
-- order: 10
-- kind: table
SELECT DISTINCT customer_id
FROM export_quote
WHERE customer_id IS NOT NULL
