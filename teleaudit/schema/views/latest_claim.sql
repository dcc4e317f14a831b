-- The latest day on which anything fell due that a customer was billed and that is not known to be paid: its limitation runs from then.
-- order: 10
-- kind: table
WITH claim AS (
    SELECT customer_id, due_date
    FROM export_ledger
    WHERE paid_at IS NULL
    UNION ALL
    SELECT customer_id, due_date
    FROM export_invoice
)
SELECT customer_id, max(due_date) AS latest_due
FROM claim
WHERE customer_id IS NOT NULL AND due_date IS NOT NULL
GROUP BY customer_id
