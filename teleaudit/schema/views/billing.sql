-- One row per invoice: the end of the financial year it concerns and the day its payment was due. Where an invoice
-- stands twice the later dates count.
-- order: 35
-- kind: table
SELECT invoice_id, max(financial_year_end) AS invoice_fye, max(due_date) AS payment_deadline
FROM invoice
WHERE invoice_id IS NOT NULL
GROUP BY invoice_id
