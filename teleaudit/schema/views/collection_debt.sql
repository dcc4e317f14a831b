-- What each customer who was passed on for collection owed on that day, past due. The ledger says it where it knows the customer: by its
-- open entries, or by its debits less its credits, of the customers' accounts alone. Invoices and what was paid on them say it where it does not.
-- Where the two contradict each other, a due date or an amount is missing, or payments name no invoice, it is in doubt.
-- order: 20
-- kind: table
WITH collected AS (
    SELECT DISTINCT customer_id, CAST("at" AS DATE) AS day
    FROM export_disclosure
    WHERE (lower(trim(recipient_type)) = 'inkasso' OR lower(trim(purpose)) = 'inkasso') AND customer_id IS NOT NULL AND "at" IS NOT NULL
),
entry AS (
    SELECT
        customer_id,
        posting_date,
        due_date,
        paid_at,
        coalesce(lower(trim(account)) = 'debitor', account IS NULL) AS is_customers,
        coalesce(amount, CASE WHEN debit IS NOT NULL OR credit IS NOT NULL THEN coalesce(debit, 0) - coalesce(credit, 0) END) AS amount
    FROM export_ledger
    WHERE customer_id IS NOT NULL
),
booked AS (
    SELECT
        c.customer_id,
        c.day,
        bool_or(NOT e.is_customers) AND NOT bool_or(e.is_customers) AS account_unknown,
        bool_or(e.is_customers AND (e.paid_at IS NULL OR e.paid_at >= c.day) AND coalesce(e.amount > 0, true) AND coalesce(e.due_date < c.day, false)) AS has_open_item,
        bool_or(e.is_customers AND (e.paid_at IS NULL OR e.paid_at >= c.day) AND coalesce(e.amount > 0, true) AND e.due_date IS NULL) AS has_undated_item,
        sum(CASE WHEN e.is_customers AND e.amount > 0 AND e.due_date < c.day THEN e.amount ELSE 0 END) AS fallen_due,
        sum(CASE WHEN e.is_customers AND e.amount > 0 AND e.due_date IS NULL THEN e.amount ELSE 0 END) AS undated,
        sum(CASE WHEN e.is_customers AND e.amount < 0 AND coalesce(e.posting_date < c.day, true) THEN -e.amount ELSE 0 END) AS credited,
        bool_or(e.is_customers AND (e.amount IS NULL OR (e.amount < 0 AND e.posting_date IS NULL))) AS unreadable
    FROM collected AS c
    INNER JOIN entry AS e ON c.customer_id = e.customer_id
    GROUP BY c.customer_id, c.day
),
by_ledger AS (
    SELECT
        customer_id,
        day,
        CASE
            WHEN account_unknown THEN 'doubt'
            WHEN $ledger_open_items THEN CASE WHEN has_open_item THEN 'owed' WHEN has_undated_item THEN 'undated' ELSE 'nothing' END
            WHEN NOT $ledger_balances THEN 'doubt'
            WHEN fallen_due - credited > 0.005 THEN 'owed'
            WHEN unreadable THEN 'doubt'
            WHEN fallen_due + undated - credited > 0.005 THEN 'undated'
            ELSE 'nothing'
        END AS says
    FROM booked
),
paid AS (
    SELECT c.customer_id, c.day, p.invoice_id, sum(coalesce(p.amount, 0)) AS amount, bool_or(p.amount IS NULL OR p.paid_at IS NULL) AS unreadable
    FROM collected AS c
    INNER JOIN export_invoice AS i ON c.customer_id = i.customer_id
    INNER JOIN export_payment AS p ON i.invoice_id = p.invoice_id
    WHERE coalesce(p.paid_at < c.day, true)
    GROUP BY c.customer_id, c.day, p.invoice_id
),
unallocated AS (
    SELECT c.customer_id, c.day, count(*) AS payments
    FROM collected AS c
    INNER JOIN export_payment AS p ON c.customer_id = p.customer_id
    WHERE p.invoice_id IS NULL AND coalesce(p.paid_at < c.day, true) AND coalesce(p.amount > 0, true)
    GROUP BY c.customer_id, c.day
),
invoiced AS (
    SELECT
        c.customer_id,
        c.day,
        bool_or(coalesce(i.due_date < c.day, false) AND coalesce(i.gross - coalesce(p.amount, 0) > 0.005, p.invoice_id IS NULL)) AS is_short,
        bool_or(i.due_date IS NULL AND coalesce(i.gross - coalesce(p.amount, 0) > 0.005, true)) AS has_undated,
        bool_or(coalesce(p.unreadable, false) OR (i.gross IS NULL AND p.invoice_id IS NOT NULL)) AS unreadable
    FROM collected AS c
    INNER JOIN export_invoice AS i ON c.customer_id = i.customer_id
    LEFT JOIN paid AS p ON i.customer_id = p.customer_id AND c.day = p.day AND i.invoice_id = p.invoice_id
    WHERE coalesce(i.gross > 0, true)
    GROUP BY c.customer_id, c.day
),
by_invoice AS (
    SELECT
        i.customer_id,
        i.day,
        CASE
            WHEN (i.is_short AND u.payments IS NOT NULL) OR i.unreadable THEN 'doubt'
            WHEN i.is_short THEN 'owed'
            WHEN i.has_undated THEN 'undated'
            ELSE 'nothing'
        END AS says
    FROM invoiced AS i
    LEFT JOIN unallocated AS u ON i.customer_id = u.customer_id AND i.day = u.day
    WHERE $invoices_and_payments
)
SELECT
    c.customer_id,
    c.day,
    CASE
        WHEN l.says = 'owed' OR (l.says IN ('doubt', 'undated') AND i.says = 'owed') THEN 'owed'
        WHEN l.says = 'nothing' AND i.says = 'owed' THEN 'doubt'
        WHEN l.says IS NOT NULL THEN l.says
        WHEN i.says IS NOT NULL THEN i.says
        -- a ledger that can be read and does not know the customer; of invoices alone nobody knows what else was claimed
        WHEN $ledger_open_items OR $ledger_balances THEN 'nothing'
        ELSE 'doubt'
    END AS says
FROM collected AS c
LEFT JOIN by_ledger AS l ON c.customer_id = l.customer_id AND c.day = l.day
LEFT JOIN by_invoice AS i ON c.customer_id = i.customer_id AND c.day = i.day
