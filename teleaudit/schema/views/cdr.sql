-- Call, message and data records with the invoice they underlie.
-- order: 40
-- kind: view
-- call_date requires cdr.start_at
-- invoice_found requires cdr.invoice_id, invoice.invoice_id
-- invoice_fye requires cdr.invoice_id, invoice.invoice_id, invoice.issue_date, financial_years.fy_start, financial_years.fy_end
-- payment_deadline requires cdr.invoice_id, invoice.invoice_id, invoice.due_date
SELECT
    t.*,
    CAST(t.start_at AS DATE) AS call_date,
    t.billsec AS billed_s, -- many exports have no billed time: null there, and what is asked of it holds
    i.invoice_id IS NOT NULL AS invoice_found,
    i.invoice_fye,
    coalesce(t.rated_amount = 0, false) AS nothing_charged, -- named on an invoice and free
    i.payment_deadline,
    coalesce(h.held, false) AS exempt_legal_hold,
    coalesce(h.hold_in_doubt, false) AS hold_in_doubt,
    coalesce(h.restricted, false) AS exempt_restricted,
    coalesce(h.restriction_in_doubt, false) AS restriction_in_doubt
FROM export_cdr AS t
LEFT JOIN billing AS i ON t.invoice_id = i.invoice_id
LEFT JOIN suspended_customer AS h ON t.customer_id = h.customer_id
