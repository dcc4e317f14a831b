-- What a customer owes by the ledger, where that tells it, and the latest day on which anything fell due that a customer was billed and that
-- is not known to be paid: its limitation runs from then. Entries of accounts that are no customer's are left out.
-- order: 10
-- kind: table
WITH entry AS (
    SELECT
        customer_id,
        due_date,
        paid_at,
        coalesce(amount, CASE WHEN debit IS NOT NULL OR credit IS NOT NULL THEN coalesce(debit, 0) - coalesce(credit, 0) END) AS amount
    FROM export_ledger
    WHERE coalesce(lower(trim(account)) = 'debitor', account IS NULL)
),
claim AS (
    SELECT customer_id, due_date, CASE WHEN $ledger_open_items OR $ledger_balances THEN amount END AS amount
    FROM entry
    WHERE paid_at IS NULL
    UNION ALL
    SELECT customer_id, due_date, NULL AS amount
    FROM export_invoice
)
SELECT customer_id, max(due_date) AS latest_due, sum(amount) AS open_amount
FROM claim
WHERE customer_id IS NOT NULL
GROUP BY customer_id
